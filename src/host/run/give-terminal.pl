# Puts a process group into the foreground of the terminal on stdin, if this process' own group is
# there now (stand-still.ts). In the background, the terminal is not this process' to give.
#
# Argument: the process group
#
# Perl has no tcsetpgrp(3) of its own, so TIOCGPGRP and TIOCSPGRP are used (ioctl_tty(2)).
my ($TIOCGPGRP, $TIOCSPGRP) = (0x540F, 0x5410);
my $foreground = pack 'i', 0;
my $wanted = pack 'i', shift;
ioctl(STDIN, $TIOCGPGRP, $foreground) && unpack('i', $foreground) == getpgrp && ioctl(STDIN, $TIOCSPGRP, $wanted);
