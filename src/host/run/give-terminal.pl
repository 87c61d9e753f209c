# Makes a process group the foreground one of the terminal on stdin, if this process' own group is
# that now (stand-still.ts): in the background, the terminal is not its to give.
#
# Argument: the process group
#
# Perl has no tcsetpgrp(3) by itself: it is done by TIOCGPGRP and TIOCSPGRP (ioctl_tty(2)).
my ($TIOCGPGRP, $TIOCSPGRP) = (0x540F, 0x5410);
my $foreground = pack 'i', 0;
my $wanted = pack 'i', shift;
ioctl(STDIN, $TIOCGPGRP, $foreground) && unpack('i', $foreground) == getpgrp && ioctl(STDIN, $TIOCSPGRP, $wanted);
