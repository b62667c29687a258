#!/usr/bin/perl
# Ends what a gateway that was killed leaves behind. It waits until the other end of descriptor 3 is closed, as it is
# when its owner is gone, and then kills every process that has a mark in its environment, again and again for 0.4
# seconds: one that is just being started shows its mark a moment later.
#
#   guard.pl x64|arm64 NAME=VALUE
#
# Bubblewrap ends with its parent, but not in its first milliseconds, when its processes wait for one another.
use strict;

my ($architecture, $mark) = @ARGV;
my $clock_gettime = $architecture eq 'arm64' ? 113 : 228;
my ($quiet_seconds, $give_up_seconds) = (0.4, 10);
open(my $owner, '<&=', 3) or die 'no descriptor 3';
$SIG{$_} = 'IGNORE' for qw(HUP INT TERM PIPE);
while (1) {
  my $read = sysread($owner, my $word, 1024);
  last if defined $read ? $read == 0 : $! != 4;
}
my $begin = now();
for (my $last = $begin; now() - $last < $quiet_seconds && now() - $begin < $give_up_seconds;) {
  my @marked = marked();
  kill('KILL', @marked);
  $last = now() if @marked;
  select(undef, undef, undef, 0.02);
}

sub now {
  my $time = "\0" x 16;
  syscall($clock_gettime, 1, $time);
  my ($seconds, $nanoseconds) = unpack('q2', $time);
  return $seconds + $nanoseconds / 1e9;
}

sub marked {
  my @found;
  opendir(my $proc, '/proc') or return;
  for my $pid (grep { /^\d+$/ } readdir $proc) {
    open(my $environ, '<', "/proc/$pid/environ") or next;
    my $text = do { local $/; <$environ> };
    push @found, $pid if defined $text && index("\0$text\0", "\0$mark\0") >= 0;
  }
  return @found;
}
