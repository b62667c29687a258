#!/usr/bin/perl
# Starts a program and becomes the parent of whatever it leaves behind, so that a test sees all of that, marked or not.
#
#   adopt.pl x64|arm64 PROGRAM ARGUMENT...
#
# Writes the program's pid to descriptor 3, and ends when the other end of that is closed.
use strict;

my ($architecture, @command) = @ARGV;
my $PR_SET_CHILD_SUBREAPER = 36;
syscall($architecture eq 'arm64' ? 167 : 157, $PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 or die "no subreaper: $!";
open(my $owner, '+<&=', 3) or die 'no descriptor 3';
my $pid = fork();
die "no fork: $!" unless defined $pid;
if ($pid == 0) {
  close $owner;
  exec { $command[0] } @command or die "no $command[0]: $!";
}
# Only the program writes to them.
open(STDOUT, '>', '/dev/null');
open(STDERR, '>', '/dev/null');
syswrite($owner, "$pid\n");
$SIG{CHLD} = sub { 1 while waitpid(-1, 1) > 0 };
while (1) {
  my $read = sysread($owner, my $word, 1024);
  last if defined $read ? $read == 0 : $! != 4;
}
