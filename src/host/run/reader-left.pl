# Waits until nobody reads any more what is written to stdout, and then ends with exit code 9
# (reader-left.ts). When stdin ends, it ends with 0.
#
# It calls the internal function of IO::Poll: perl-base has IO::Handle, but not the module IO::Poll.
# The function takes pairs of a descriptor and the wanted events, and replaces the events by those
# that happened. 24 is POLLERR and POLLHUP (poll(2)).
use IO::Handle;
my @polled = (0, 24, 1, 24);
IO::Poll::_poll(-1, @polled);
exit($polled[3] & 24 ? 9 : 0);
