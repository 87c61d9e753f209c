# Waits until nobody reads any more what is written to stdout, and then ends with exit code 9
# (reader-left.ts). When stdin ends, it ends with 0.
#
# It calls IO::Poll's own function, as perl-base has IO::Handle and lacks the module IO::Poll. It is
# given pairs of a descriptor and what is asked of it, and puts what it saw in their place. 24 is
# POLLERR and POLLHUP (poll(2)).
use IO::Handle;
my @polled = (0, 24, 1, 24);
IO::Poll::_poll(-1, @polled);
exit($polled[3] & 24 ? 9 : 0);
