# Joins stdin and stdout to a TCP connection, from the network namespace that it is started in. So
# dbg can speak a protocol from inside a container's network with no tool of the container's.
#
# Arguments: SECONDS, the time limit of all; ADDRESS; PORT; the largest segment of TCP, 0 for what
# the kernel chooses.
#
# It ends when either side ends. On stderr is the number of the error (errno(3)) when there was one.
use strict;
no warnings;
use Errno qw(EINTR);
use Socket;

# From netinet/tcp.h.
my $TCP_MAXSEG = 2;
my ($seconds, $address, $port, $segment) = @ARGV;
# SIGALRM ends a process that does not expect it (signal(7)).
alarm $seconds;
$SIG{PIPE} = 'IGNORE';

sub failed { printf STDERR "%d\n", $!; exit 1 }

my $is6 = $address =~ /:/;
my ($family, $level) = ($is6 ? AF_INET6 : AF_INET, 6);
my $packed = Socket::inet_pton($family, $address);
my $to = $is6 ? Socket::pack_sockaddr_in6($port, $packed) : pack_sockaddr_in($port, $packed);
socket(my $socket, $family, SOCK_STREAM, 0) or failed();
if ($segment) { setsockopt($socket, $level, $TCP_MAXSEG, pack 'i', $segment) or failed() }
connect($socket, $to) or failed();

# Writes all of a piece. A short write is continued.
sub pass {
  my ($from, $into) = @_;
  my $count = sysread $from, my $piece, 65536;
  return 1 if !defined $count && $! == EINTR;
  failed() if !defined $count;
  return 0 if !$count;
  for (my $at = 0; $at < $count;) {
    my $written = syswrite $into, $piece, $count - $at, $at;
    defined $written or failed();
    $at += $written;
  }
  return 1;
}

while (1) {
  my $reading = '';
  vec($reading, fileno $_, 1) = 1 for \*STDIN, $socket;
  next if select($reading, undef, undef, undef) < 0;
  if (vec $reading, fileno $socket, 1) { pass($socket, \*STDOUT) or exit }
  if (vec $reading, fileno STDIN, 1) { pass(\*STDIN, $socket) or exit }
}
