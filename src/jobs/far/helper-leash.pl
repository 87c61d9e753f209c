# Ends dbg in its helper, which has a terminal, when the dbg in front of the person is gone
# (src/jobs/far/over-helper.ts). The engine runs this in the helper; its stdin is the connection.
#
# $ARGV[0]: the first process of the helper, which runs dbg (src/far/helper.sh). Its namespace of
#           processes is the host's, as is this one's.
#
# A line comes every 5 s while the other dbg lives. A connection may also break without a word.
sub end {
  system 'pkill', '-HUP', '-P', $ARGV[0];
  sleep 15;
  kill 'KILL', $ARGV[0];
  exit;
}
$SIG{ALRM} = \&end;
alarm 30;
alarm 30 while sysread STDIN, my $heard, 4096;
end();
