# The last steps into a container, for entries that leave the host's files or process numbers
# behind. This script joins the remaining namespaces, takes on the container's rights, and only then
# starts the program.
#
# No shell can do this in the right order:
#
# - A process in the container's pid namespace is seen in the container's /proc. So everything else
#   is joined first, rights are given up next, and the fork into the pid namespace comes last.
# - setns(2) with a pid namespace moves only children.
# - nsenter(1) keeps that order too, but its child has all of root's rights until it becomes the
#   program.
#
# The current directory is /proc/PID of the container's process, looked up and verified before.
# Arguments: NAME=VALUE… -- PROGRAM ARG…
#   calls       numbers of the system calls: perl does not know them by name
#   join        the namespaces to join, in this order, comma separated
#   wait        1: start the program as a child and wait for it
#   stop        1: the child stops itself before it becomes the program, so that a tracer can attach
#   directory   where the program starts, as seen after joining
#   kept        1: that directory has to be the one that is open as descriptor 4
#   uid, gid, groups    what the program runs as, in the numbering of the joined user namespace;
#               left out: unchanged
#   caps        the capabilities that the program can ever have, by number; left out: unchanged
#   no-new-privs        1: set it
#   variables   names of environment variables that come in disguise (DBG_ENV_NAME), so that they
#               have no effect on the way
use strict;
no warnings;

my %option;
while (defined(my $word = shift)) {
  last if $word eq '--';
  my ($name, $value) = split /=/, $word, 2;
  $option{$name} = $value;
}
my ($setns, $prctl, $capset, $setgroups, $setresgid, $setresuid, $close, $wait4, $execve, $getcwd) = split /,/, $option{calls};
my ($PR_SET_PDEATHSIG, $PR_SET_DUMPABLE, $PR_CAPBSET_DROP, $PR_SET_NO_NEW_PRIVS, $PR_CAP_AMBIENT) = (1, 4, 24, 38, 47);
my ($ENOENT, $EINTR, $ENOTDIR, $TIOCSPGRP, $LAST_CAPABILITY) = (2, 4, 20, 0x5410, 63);

# Descriptor 3 tells dbg what became of the entry. A line that was pasted by hand has none.
my $report;
undef $report unless open $report, '>>&', 3;
sub say_and_end {
  my ($word, $why, $code) = @_;
  if ($report) { syswrite $report, "$word $why\n" } else { print STDERR "dbg: not entered: $why\n" }
  exit($code || 125);
}
# A number must never have been used as a string: perl would then pass its address.
sub call { syscall($_[0] + 0, @_[1 .. $#_]) != -1 }
sub must { my $what = shift; call(@_) or say_and_end('last', "$what: $!") }

# All namespaces are opened before the first one is joined: afterwards the container decides where
# paths lead.
my @joined = map {
  open my $namespace, '<', "ns/$_" or say_and_end('last', "ns/$_: $!");
  [$_, $namespace]
} split /,/, $option{join};
my $kept = $option{kept} ? identity('/proc/self/fd/4') : undef;
close_others(map { fileno $_ } ($report || ()), map { $_->[1] } @joined);
must("joining $_->[0]", $setns, fileno($_->[1]), 0) for @joined;
close $_->[1] for @joined;
chdir $option{directory} or say_and_end('dir', "$option{directory}: $!");
# A link such as /proc/1/root can lead out of the container. getcwd(2) then begins with
# "(unreachable)".
my $here = "\0" x 4096;
must('getcwd', $getcwd, $here, 4096);
$here =~ m{^/} or say_and_end('dir', "$option{directory}: it leads out of the container");
# dbg's own directory is compared and not kept open: through a descriptor it would be seen without
# the mounts that cover it here.
!defined $kept || $kept eq identity('.') or say_and_end('dir', "$option{directory}: another directory than dbg's own");
take_rights();
# From here on nobody but root may look into this process, until it becomes the program (ptrace(2)).
must('PR_SET_DUMPABLE', $prctl, $PR_SET_DUMPABLE, 0, 0, 0, 0);

if ($option{wait}) { start_and_wait() } else { become() }

sub identity { join ':', (stat $_[0])[0, 1] }

# A descriptor that the person's shell left open leads to the host's files. So all from 3 on are
# closed, but for those that are given.
sub close_others {
  my %keep = map { $_ => 1 } @_;
  opendir my $open, '/proc/self/fd' or return;
  my @open = grep { /^\d+$/ && $_ > 2 && !$keep{$_} && $_ != fileno $open } readdir $open;
  closedir $open;
  call($close, $_ + 0) for @open;
}

# The order follows capabilities(7): dropping from the bounding set needs CAP_SETPCAP, which the
# change of user takes away.
sub take_rights {
  my $caps = $option{caps};
  if (defined $caps) {
    my %kept = map { $_ => 1 } split /,/, $caps;
    $kept{$_} || call($prctl, $PR_CAPBSET_DROP, $_, 0, 0, 0) for 0 .. $LAST_CAPABILITY;
    call($prctl, $PR_CAP_AMBIENT, 4, 0, 0, 0);
  }
  if (defined $option{uid}) {
    my @groups = split /,/, $option{groups};
    must('setgroups', $setgroups, scalar @groups, pack('L*', @groups, 0));
    must("group $option{gid}", $setresgid, ($option{gid} + 0) x 3);
    must("user $option{uid}", $setresuid, ($option{uid} + 0) x 3);
  }
  if (defined $caps) {
    # Version 3 of capset(2) has two words of 32 bits each. A user other than root has no capability
    # by now.
    my ($low, $high) = (0, 0);
    if (!$option{uid}) {
      $_ < 32 ? ($low |= 1 << $_) : ($high |= 1 << ($_ - 32)) for split /,/, $caps;
    }
    must('capset', $capset, pack('LL', 0x20080522, 0), pack('L6', $low, $low, 0, $high, $high, 0));
  }
  must('no-new-privs', $prctl, $PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) if $option{'no-new-privs'};
}

sub become {
  if ($report) { syswrite $report, "entered\n"; close $report }
  for (split /,/, $option{variables}) { $ENV{$_} = delete $ENV{"DBG_ENV_$_"} }
  my $program = $ARGV[0];
  my @paths = $program =~ m{/} ? $program : map { ($_ eq '' ? '.' : $_) . "/$program" } split /:/, $ENV{PATH}, -1;
  my @environment = map { "$_=$ENV{$_}" } keys %ENV;
  # perl's own exec would call sigaction(2) first, and a tracer would show that as the program's
  # call.
  my ($words, $variables) = (pack('p*', @ARGV, undef), pack('p*', @environment, undef));
  kill STOP => $$ if $option{stop};
  my $why = $ENOENT;
  for my $path (@paths) {
    syscall $execve + 0, $path, $words, $variables;
    $why = $! + 0 if $! != $ENOENT && $! != $ENOTDIR;
  }
  $! = $why;
  # dbg has already made sure that a program of the host's is there.
  my $missing = $option{join} =~ /\bmnt\b/ ? "the container's image has no program" : 'there is no program';
  # execve(2) also says ENOENT for a program that exists but whose interpreter or loader is missing.
  my $there = grep { -e } @paths;
  $program =~ s/([\x00-\x1f\x7f])/sprintf '\\x%02x', ord $1/ge;
  if ($why != $ENOENT || $there) { print STDERR "dbg: $program: $!\n" }
  else { print STDERR "dbg: $missing \"$program\"" . ($program =~ m{/} ? '' : " in its PATH, $ENV{PATH}") . "\n" }
  exit($why == $ENOENT ? 127 : 126);
}

# The program has a process group of its own, in the foreground of the terminal if there is one. So
# a signal to this process has to be passed on, and none reaches the program twice.
sub start_and_wait {
  my $child;
  my @handed_on = qw(INT QUIT HUP TERM USR1 USR2 TSTP);
  my @early;
  for my $signal (@handed_on) {
    $SIG{$signal} = sub { $child ? kill($signal, $child) : push(@early, $signal) };
  }
  $SIG{TTOU} = 'IGNORE';
  $child = fork;
  defined $child or say_and_end('last', "fork: $!");
  if (!$child) {
    setpgrp 0, 0;
    my $group = pack 'i', $$;
    ioctl STDIN, $TIOCSPGRP, $group;
    $SIG{$_} = 'DEFAULT' for @handed_on, 'TTOU';
    call($prctl, $PR_SET_PDEATHSIG, 9, 0, 0, 0);
    become();
  }
  close $report if $report;
  setpgrp $child, $child;
  kill $_, $child for @early;
  my ($WUNTRACED, $SIGSTOP, $SIGTSTP) = (2, 19, 20);
  my $told = pack 'i', 0;
  for (;;) {
    # perl's waitpid sets $?, which does not tell that a child has stopped.
    my $ended = syscall $wait4 + 0, $child, $told, $WUNTRACED, 0;
    next if $ended < 0 && $! == $EINTR;
    exit 125 if $ended != $child;
    my $status = unpack 'i', $told;
    my $signal = $status & 0x7f;
    if ($signal == 0x7f) {
      # Ctrl-Z, or the suspend of a shell: this process stops too, so that its parent sees that and
      # lets it go on. With `stop`, a SIGSTOP is the tracer's business.
      next unless $status >> 8 == $SIGTSTP || ($status >> 8 == $SIGSTOP && !$option{stop});
      kill STOP => $$;
      kill CONT => -$child;
      next;
    }
    exit($signal ? 128 + $signal : $status >> 8);
  }
}
