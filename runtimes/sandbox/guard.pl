#!/usr/bin/perl
# Ends what a gateway that was killed leaves behind. It waits until the other end of descriptor 3 is closed, as it is
# when its owner is gone, and then kills every process that has a mark in its environment, again and again for half a
# second: one that is just being started shows its mark a moment later.
#
#   guard.pl NAME=VALUE
#
# Bubblewrap ends with its parent, but not in its first milliseconds, when its processes wait for one another.
use strict;

my ($mark) = @ARGV;
open(my $owner, '<&=', 3) or die 'no descriptor 3';
$SIG{$_} = 'IGNORE' for qw(HUP INT TERM PIPE);
while (1) {
  my $read = sysread($owner, my $word, 1024);
  last if defined $read ? $read == 0 : $! != 4;
}
my $quiet = 0;
for (my $look = 0; $quiet < 20 && $look < 400; $look++) {
  my @marked = marked();
  kill('KILL', @marked);
  $quiet = @marked ? 0 : $quiet + 1;
  select(undef, undef, undef, 0.025);
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
