# Finds the largest packet that an address answers, from the network namespace that it is started
# in: echo requests (ICMP) of several sizes, which nobody may take apart (DF). No tool of a host
# does that within a second.
#
# Arguments: ADDRESS PORT. A connection to the port shows how large TCP's packets would be.
#
# It prints lines "NAME BYTES", each with all headers of the packet:
#   full       the packet that TCP sends when it has much to send
#   answered   the largest echo request that was answered; without this line, none was
#   announced  the MTU that somebody on the way announced, if anybody did
use strict;
no warnings;
use Errno qw(EINPROGRESS EMSGSIZE);
use Fcntl qw(F_SETFL O_NONBLOCK);
use Socket;

my ($address, $port) = @ARGV;
alarm 4;
my $is6 = $address =~ /:/;
my $family = $is6 ? AF_INET6 : AF_INET;
my $packed = Socket::inet_pton($family, $address);
my $sockaddr = sub { $is6 ? Socket::pack_sockaddr_in6($_[0], $packed) : pack_sockaddr_in($_[0], $packed) };
# The headers of IP and ICMP; those of IP and TCP.
my ($echoHeaders, $tcpHeaders) = $is6 ? (48, 60) : (28, 40);

# From linux/tcp.h, struct tcp_info: tcpi_options is its sixth byte, in which 1 stands for time
# stamps of 12 bytes in each packet. tcpi_snd_mss is behind four more.
sub tcpSize {
  socket(my $tcp, $family, SOCK_STREAM, 0) or return;
  fcntl $tcp, F_SETFL, O_NONBLOCK;
  connect($tcp, $sockaddr->($port)) or $! == EINPROGRESS or return;
  my $writing = '';
  vec($writing, fileno $tcp, 1) = 1;
  select(undef, $writing, undef, 0.8) > 0 or return;
  return if unpack 'i', getsockopt $tcp, SOL_SOCKET, SO_ERROR;
  my (undef, $options, undef, undef, $segment) = unpack 'a5 C x2 L L L', getsockopt $tcp, 6, 11;
  return $segment + ($options & 1 ? 12 : 0) + $tcpHeaders;
}

my $full = tcpSize() or exit;
print "full $full\n";
# The kernel does not send larger packets of IP.
exit if $full > 65535;

# From linux/in.h and in6.h: IP_MTU_DISCOVER and IPV6_MTU_DISCOVER with PROBE, which sends what is
# larger than the kernel thinks right; IP_MTU and IPV6_MTU, what it thinks; IPV6_RECVERR.
my ($level, $DISCOVER, $MTU) = $is6 ? (41, 23, 24) : (0, 10, 14);
socket(my $icmp, $family, SOCK_RAW, $is6 ? 58 : 1) or exit;
fcntl $icmp, F_SETFL, O_NONBLOCK;
setsockopt $icmp, $level, $DISCOVER, 3;
setsockopt $icmp, 41, 25, 1 if $is6;
connect($icmp, $sockaddr->(0)) or exit;
my ($request, $reply) = $is6 ? (128, 129) : (8, 0);
my ($id, %answered) = $$ & 0xffff;

# Of ICMP for IPv4; the kernel makes the one of IPv6.
sub checksum {
  my $sum = unpack '%32n*', $_[0] . (length($_[0]) % 2 ? "\0" : '');
  $sum = ($sum >> 16) + ($sum & 0xffff) for 1, 2;
  return ~$sum & 0xffff;
}

sub announced {
  my $mtu = unpack 'i', getsockopt $icmp, $level, $MTU;
  print "announced $mtu\n" if $mtu < $full;
}

# Sends an echo request of a size. Its number in the packet is its size.
sub ask {
  my $size = shift;
  my $data = "\0" x ($size - $echoHeaders);
  my $sum = $is6 ? 0 : checksum(pack('C2 n3', $request, 0, 0, $id, $size) . $data);
  defined send $icmp, pack('C2 n3', $request, 0, $sum, $id, $size) . $data, 0 or $! == EMSGSIZE && announced();
}

# Reads answers until all these sizes have one, or the time is over. Gives the time that it took.
sub wait_for {
  my ($seconds, @sizes) = @_;
  my $left = $seconds;
  while (grep { !$answered{$_} } @sizes) {
    my $reading = '';
    vec($reading, fileno $icmp, 1) = 1;
    # Linux's select returns the time that is left, too.
    (my $count, $left) = select $reading, undef, undef, $left;
    return $seconds if $count <= 0;
    my $packet;
    if (!defined recv $icmp, $packet, 65536, 0) {
      announced() if $! == EMSGSIZE;
      next;
    }
    # A raw socket of IPv4 gives the IP header too; its length is in the first byte.
    $packet = substr $packet, 4 * (ord($packet) & 15) if !$is6;
    my ($type, undef, undef, $its, $size) = unpack 'C2 n3', $packet;
    $answered{$size} = 1 if $type == $reply && $its == $id;
  }
  return $seconds - $left;
}

my $small = 100;
$small = $full if $small > $full;
ask($small), ask($full);
my $took = wait_for(0.5, $small);
$answered{$small} or ask($small), $took += wait_for(0.4, $small);
$answered{$small} or exit;
# The far end is given three times as long as it took.
my $patience = 3 * $took;
$patience = $patience < 0.25 ? 0.25 : $patience > 0.6 ? 0.6 : $patience;
wait_for($patience, $full);
$answered{$full} or ask($full), wait_for($patience, $full);

my ($low, $high) = ($small, $full);
while (!$answered{$full} && $high - $low > 1) {
  my $step = ($high - $low) / 33;
  my %sizes = map { int($low + $step * $_) => 1 } 1 .. 32;
  my @sizes = grep { $_ > $low && $_ < $high } keys %sizes;
  ask($_) for @sizes;
  wait_for($patience, @sizes);
  my ($best) = sort { $b <=> $a } grep { $answered{$_} } @sizes;
  my ($lost) = sort { $a <=> $b } grep { $_ > ($best || $low) } @sizes;
  ($low, $high) = ($best || $low, $lost || $high);
}
# What was lost by chance comes through now.
$answered{$full} or ask($full), wait_for($patience, $full);
print 'answered ', $answered{$full} ? $full : $low, "\n";
