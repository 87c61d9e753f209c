# Ends dbg in its helper, which has a terminal, when the dbg in front of the person is gone
# (src/jobs/far/over-helper.ts). The engine runs this in the helper; its stdin and stdout are the
# connection.
#
# $ARGV[0]: the first process of the helper (src/far/helper.sh), which passes HUP on to dbg. Its
#           namespace of processes is the host's, as is this one's.
#
# A line comes every 5 s while the other dbg lives, and is sent back, so that both sides know. A
# connection may also break without a word.
my $first = $ARGV[0];
exit 2 unless $first =~ /^\d+$/ && $first > 1;
sub end {
  kill 'HUP', $first;
  sleep 15;
  kill 'KILL', $first;
  exit;
}
$SIG{ALRM} = $SIG{PIPE} = \&end;
alarm 30;
open my $there, '>', '/tmp/leashed';
close $there;
while (sysread STDIN, my $heard, 4096) {
  alarm 30;
  syswrite STDOUT, $heard;
}
end();
