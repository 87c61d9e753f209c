# Runs a program that a container can reach on a terminal of its own, or on pipes, never on the
# person's terminal or files:
#
# - A process that holds the person's terminal can read what is typed there later.
# - A process whose controlling terminal it is can type commands into it (TIOCSTI).
# - A process that holds a file of the host's can open it anew by /proc/PID/fd, for writing too.
#
# So this process stays outside the container and moves the bytes:
#
# - When stdin and stdout are a terminal, the program gets a pty, with the size of the terminal, and
#   with Ctrl-C and Ctrl-Z at work.
# - Otherwise each of stdin, stdout and stderr that is no pipe or socket already is replaced by a
#   pipe. A terminal as stdin is then left alone, as `| less` reads it, unless it is asked for
#   (docker's -i).
#
# script(1) cannot do this: it has ptys only, puts all three streams on one, and takes its command
# as the text of a shell.
#
# Arguments: NAME=VALUE… -- PROGRAM ARG…
#   calls         numbers of the system calls setsid and wait4
#   interactive   1: docker's -i
use strict;
no warnings;

my %option;
while (defined(my $word = shift)) {
  last if $word eq '--';
  my ($name, $value) = split /=/, $word, 2;
  $option{$name} = $value;
}
my ($setsid, $wait4) = split /,/, $option{calls};
# The constants are from asm-generic/ioctls.h and asm-generic/termbits.h.
my ($TCGETS, $TCSETSW, $TIOCSCTTY, $TIOCGPGRP, $TIOCGWINSZ, $TIOCSWINSZ) = (0x5401, 0x5403, 0x540E, 0x540F, 0x5413, 0x5414);
my ($TIOCSPTLCK, $TIOCGPTPEER, $O_RDWR, $O_NOCTTY) = (0x40045431, 0x5441, 2, 0x100);
my ($F_GETFL, $F_SETFL, $O_NONBLOCK, $EINTR, $EAGAIN) = (3, 4, 0x800, 4, 11);
my ($WNOHANG, $WUNTRACED, $PIECE, $FIONREAD) = (1, 2, 65536, 0x541B);

my ($master, $slave, $normal);
my @pumps;    # { from, to, isInput, waiting, unread: the pipe's end that the program reads }
my @given;    # what the program gets as 0, 1 and 2
my $has_terminal = -t STDIN && -t STDOUT && in_foreground();
open_terminal() if $has_terminal;
for my $number (0 .. 2) {
  my $own = (\*STDIN, \*STDOUT, \*STDERR)[$number];
  if ($has_terminal && ($number < 2 || -t $own)) { $given[$number] = $slave }
  elsif (-p $own || -S $own) { $given[$number] = $own }
  # `> log 2>&1`: both get one pipe. With two, the order of what was written would be lost.
  elsif ($number == 2 && fileno $given[1] != 1 && same_file(\*STDOUT, $own)) { $given[2] = $given[1] }
  elsif ($number == 0 && -t $own && !($option{interactive} && in_foreground())) {
    open $given[0], '<', '/dev/null' or die "dbg: /dev/null: $!\n";
  }
  else {
    pipe my $read, my $write or die "dbg: no pipe: $!\n";
    $given[$number] = $number ? $write : $read;
    push @pumps, $number
      ? { from => $read, to => $own }
      : { from => $own, to => without_blocking($write), isInput => 1, waiting => '' };
    open $pumps[0]{unread}, '<&', $read if !$number && -f STDIN;
  }
}

$SIG{CHLD} = sub { };
$SIG{PIPE} = 'IGNORE';
my ($dbg, $child, @early) = getppid;
for my $signal (qw(INT QUIT HUP TERM USR1 USR2)) {
  $SIG{$signal} = sub {
    # dbg has been killed, and this process will be killed too. Before that, the person's terminal
    # is put back to normal.
    normal() if getppid != $dbg;
    $child ? kill($signal, $child) : push(@early, $signal);
  };
}
$SIG{TSTP} = sub { kill TSTP => $child if $child };
$SIG{WINCH} = \&resize if $has_terminal;
pipe my $begins, my $begin or die "dbg: no pipe: $!\n";
$child = fork;
defined $child or die "dbg: fork: $!\n";
become() if !$child;
close $begins;
close $_ for grep { $_ && fileno($_) > 2 } @given;
# Descriptor 3 is how the program tells dbg what became of the entry: this process does not need it.
if (open my $report, '>&=', 3) { close $report }
raw();
close $begin;
kill $_, $child for @early;
my $code = pump();
END { normal() if $child }
exit $code;

sub in_foreground {
  my $group = pack 'i', 0;
  return ioctl(STDIN, $TIOCGPGRP, $group) && unpack('i', $group) == getpgrp;
}

sub same_file {
  my ($one, $other) = map { join ':', (stat $_)[0, 1, 6] } @_;
  return $one eq $other;
}

sub without_blocking {
  my ($handle) = @_;
  fcntl $handle, $F_SETFL, fcntl($handle, $F_GETFL, 0) | $O_NONBLOCK;
  return $handle;
}

# Opens a pty. TIOCGPTPEER opens its other end whatever /dev/pts is; a path in there may lead to
# something else.
sub open_terminal {
  open $master, '+<', '/dev/ptmx' or die "dbg: no pty: $!\n";
  my $locked = pack 'i', 0;
  ioctl $master, $TIOCSPTLCK, $locked or die "dbg: no pty: $!\n";
  my $number = ioctl $master, $TIOCGPTPEER, $O_RDWR | $O_NOCTTY or die "dbg: no pty: $!\n";
  open $slave, '+<&=', $number or die "dbg: no pty: $!\n";
  resize();
  push @pumps, { from => $master, to => \*STDOUT };
  push @pumps, { from => \*STDIN, to => without_blocking($master), isInput => 1, waiting => '' };
}

sub resize {
  my $size = pack 'S4', 0, 0, 0, 0;
  ioctl($master, $TIOCSWINSZ, $size) if ioctl STDIN, $TIOCGWINSZ, $size;
}

# Makes the person's terminal raw, as cfmakeraw(3) does. Each key goes as it is to the program's
# terminal, which echoes it, or turns Ctrl-C into a signal.
sub raw {
  return if !$has_terminal;
  my $termios = "\0" x 64;
  ioctl STDIN, $TCGETS, $termios or return;
  $normal = $termios;
  my ($input, $output, $control, $local, $rest) = unpack 'L4 a*', $termios;
  $input &= ~(0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400);
  $output &= ~0x1;
  $control = $control & ~0x130 | 0x30;
  $local &= ~(0x1 | 0x2 | 0x8 | 0x40 | 0x8000);
  $termios = pack 'L4 a*', $input, $output, $control, $local, $rest;
  ioctl STDIN, $TCSETSW, $termios;
}

sub normal {
  return if !$normal;
  local $SIG{TTOU} = 'IGNORE';
  ioctl STDIN, $TCSETSW, $normal;
  undef $normal;
}

sub become {
  # The program waits until the person's terminal is raw: anything that it does to its own terminal
  # comes after that.
  close $begin;
  sysread $begins, my $nothing, 1;
  $SIG{$_} = 'DEFAULT' for qw(INT QUIT HUP TERM USR1 USR2 TSTP CHLD PIPE WINCH);
  syscall $setsid + 0;
  ioctl $slave, $TIOCSCTTY, my $steal = 0 if $slave;
  open STDIN, '<&', $given[0] or die "dbg: stdin: $!\n" if $given[0] != \*STDIN;
  open STDOUT, '>&', $given[1] or die "dbg: stdout: $!\n" if $given[1] != \*STDOUT;
  open STDERR, '>&', $given[2] or die "dbg: stderr: $!\n" if $given[2] != \*STDERR;
  exec { $ARGV[0] } @ARGV;
  print STDERR "dbg: $ARGV[0]: $!\n";
  exit 127;
}

# Moves bytes until the program has ended and all that it wrote has been read. Gives its exit code.
sub pump {
  my $code;
  while (!defined $code) {
    my ($read, $write) = ('', '');
    for (@pumps) {
      if (length $_->{waiting}) { vec($write, fileno $_->{to}, 1) = 1 }
      elsif ($_->{from}) { vec($read, fileno $_->{from}, 1) = 1 }
    }
    # select(2) does not notice a signal that comes just before it. So it returns after 0.2 s to
    # look again.
    my $ready = select $read, $write, undef, 0.2;
    if ($ready > 0) {
      for (@pumps) {
        move($_) if $_->{from} && vec($read, fileno $_->{from}, 1);
        push_on($_) if length $_->{waiting} && vec($write, fileno $_->{to}, 1);
      }
    }
    $code = look_at_child();
  }
  for (grep { !$_->{isInput} && $_->{from} } @pumps) {
    without_blocking($_->{from});
    1 while move($_);
  }
  give_back($_) for grep { $_->{isInput} } @pumps;
  return $code;
}

# Gives back what the program did not read of a file of the person's, for the next reader of that
# file: the loop `while read line; do dbg exec …; done <file`.
sub give_back {
  my ($pump) = @_;
  return if !$pump->{unread};
  my $count = pack 'i', 0;
  ioctl $pump->{unread}, $FIONREAD, $count;
  sysseek STDIN, -(unpack('i', $count) + length $pump->{waiting}), 1;
}

sub move {
  my ($pump) = @_;
  my $count = sysread $pump->{from}, my $piece, $PIECE;
  if (!$count) {
    return 0 if !defined $count && ($! == $EINTR || $! == $EAGAIN);
    # Reading from a pty gives an error when nobody has its other end open any more. That is its
    # end.
    close $pump->{to} if $pump->{isInput} && !$has_terminal;
    undef $pump->{from};
    return 0;
  }
  $pump->{waiting} .= $piece;
  return push_on($pump);
}

sub push_on {
  my ($pump) = @_;
  while (length $pump->{waiting}) {
    my $count = syswrite $pump->{to}, $pump->{waiting};
    if (defined $count) { substr($pump->{waiting}, 0, $count) = '' }
    elsif ($! == $EINTR) { next }
    elsif ($! == $EAGAIN && $pump->{isInput}) { return 1 }
    else { return given_up($pump) }
  }
  return 1;
}

# The program no longer reads, or the person's output takes no more. Closing the other side tells
# its writer, as with a pipe.
sub given_up {
  my ($pump) = @_;
  print STDERR "dbg: the output cannot be written: $!\n" if !$pump->{isInput} && $! != 32;
  close $pump->{to} if $pump->{isInput} && !$has_terminal;
  close $pump->{from} if !$pump->{isInput};
  $pump->{waiting} = '';
  undef $pump->{from};
  return 0;
}

sub look_at_child {
  # perl's waitpid sets $?, which does not tell that a child has stopped.
  my $told = pack 'i', 0;
  my $ended = syscall $wait4 + 0, $child, $told, $WNOHANG | $WUNTRACED, 0;
  return 125 if $ended < 0 && $! != $EINTR;
  return undef if $ended != $child;
  my $status = unpack 'i', $told;
  my $signal = $status & 0x7f;
  if ($signal == 0x7f) {
    stand_still();
    return undef;
  }
  return $signal ? 128 + $signal : $status >> 8;
}

# Ctrl-Z: dbg and all of its process group stop, as the terminal would make them, and go on
# together.
sub stand_still {
  normal();
  my $handler = $SIG{TSTP};
  $SIG{TSTP} = 'DEFAULT';
  kill TSTP => 0;
  $SIG{TSTP} = $handler;
  raw();
  resize() if $has_terminal;
  kill CONT => $child;
}
