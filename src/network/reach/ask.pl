# Asks questions over the network, all at once, from the network namespace that it is started in,
# and prints what came of each. No tool of a host does that with a time limit of its own and prints
# errors by number.
#
# Arguments: SECONDS, the time limit; then four for each question: tcp|udp ADDRESS PORT HEX. HEX is
# what to send, "" for nothing.
#
# It prints a line for each question: NUMBER CONNECTED ERRNO SENT HEX
#   NUMBER     of the question, from 0
#   CONNECTED  1 when there was a TCP connection, else 0
#   ERRNO      the error; 0: none
#   SENT       how many packets asked
#   HEX        the answer: of TCP read to its end or to 64 KiB, of UDP one datagram
use strict;
no warnings;
use Errno qw(EINPROGRESS EAGAIN);
use Fcntl qw(F_SETFL O_NONBLOCK);
use Socket;

# From linux/tcp.h: tcpi_retransmits is the third byte of struct tcp_info.
my ($IPPROTO_TCP, $TCP_INFO, $MOST) = (6, 11, 65536);
my $left = shift;
my (@asked, $number);
while (@ARGV) {
  my ($protocol, $address, $port, $hex) = splice @ARGV, 0, 4;
  my $is6 = $address =~ /:/;
  my %each = (number => $number++, tcp => $protocol eq 'tcp', send => pack('H*', $hex), sent => 1, got => '');
  push @asked, \%each;
  my $family = $is6 ? AF_INET6 : AF_INET;
  my $packed = Socket::inet_pton($family, $address);
  my $to = $is6 ? Socket::pack_sockaddr_in6($port, $packed) : pack_sockaddr_in($port, $packed);
  socket($each{socket}, $family, $each{tcp} ? SOCK_STREAM : SOCK_DGRAM, 0) or ended(\%each, $!), next;
  fcntl $each{socket}, F_SETFL, O_NONBLOCK;
  connect($each{socket}, $to) or $! == EINPROGRESS or ended(\%each, $!), next;
  defined send $each{socket}, $each{send}, 0 or ended(\%each, $!) if !$each{tcp};
}

sub ended {
  my ($each, $errno) = @_;
  return if $each->{ended}++;
  if ($each->{tcp} && $each->{socket} && !$each->{connected}) {
    my $info = getsockopt $each->{socket}, $IPPROTO_TCP, $TCP_INFO;
    $each->{sent} += unpack 'x2 C', $info if $info;
  }
  printf "%d %d %d %d %s\n", $each->{number}, $each->{connected}, $errno, $each->{sent}, unpack 'H*', $each->{got};
}

sub ready {
  my ($each, $canRead, $canWrite) = @_;
  if ($each->{tcp} && !$each->{connected}) {
    return if !$canWrite;
    my $errno = unpack 'i', getsockopt $each->{socket}, SOL_SOCKET, SO_ERROR;
    return ended($each, $errno) if $errno;
    $each->{connected} = 1;
    return ended($each, 0) if $each->{send} eq '';
    syswrite $each->{socket}, $each->{send};
    return;
  }
  return if !$canRead;
  my $count = sysread $each->{socket}, $each->{got}, $MOST, length $each->{got};
  return if !defined $count && $! == EAGAIN;
  return ended($each, $!) if !defined $count;
  ended($each, 0) if !$count || !$each->{tcp} || length $each->{got} >= $MOST;
}

while (my @open = grep { !$_->{ended} } @asked) {
  my ($reading, $writing) = ('', '');
  for (@open) {
    vec($_->{tcp} && !$_->{connected} ? $writing : $reading, fileno $_->{socket}, 1) = 1;
  }
  (my $count, $left) = select my $canRead = $reading, my $canWrite = $writing, undef, $left;
  if ($count > 0) {
    my $at;
    ready($_, vec($canRead, $at = fileno $_->{socket}, 1), vec($canWrite, $at, 1)) for @open;
  }
  # Linux's select returns the time that is left. When none is left, the open questions have got no
  # answer.
  ended($_, 0) for $left > 0 && $count >= 0 ? () : @open;
}
