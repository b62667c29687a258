#!/usr/bin/perl
# Runs one command, adopts whatever it leaves behind, and ends all of it: when it is told to, or when the other end of
# the control descriptor is closed, as it is when its owner is killed. Core Perl without modules, so that it starts in
# two milliseconds. Linux only: a "child subreaper" (prctl(2)) becomes the parent of every orphan below it.
#
#   supervise.pl x64|arm64 CONTROL_FD
#
# Read from the descriptor: `BYTES\n` and the command (fields behind a letter, each ended by NUL), then `end GRACE_MS\n`.
# Written to it: `started PID`, or `refused ERRNO`; then `exited CODE` or `killed SIGNAL`; the end when nothing is left.
use strict;

my ($architecture, $fd) = @ARGV;
my %number = $architecture eq 'arm64'
  ? (prctl => 167, rt_sigprocmask => 135, signalfd4 => 74, setsid => 157, prlimit64 => 261, exit_group => 94,
     clock_gettime => 113)
  : (prctl => 157, rt_sigprocmask => 14, signalfd4 => 289, setsid => 112, prlimit64 => 302, exit_group => 231,
     clock_gettime => 228);
@number{qw(close_range landlock_create_ruleset landlock_add_rule landlock_restrict_self)} = (436, 444, 445, 446);

my ($PR_SET_PDEATHSIG, $PR_SET_SECCOMP, $PR_CAPBSET_DROP) = (1, 22, 24);
my ($PR_SET_CHILD_SUBREAPER, $PR_SET_NO_NEW_PRIVS) = (36, 38);
my ($HUP, $INT, $QUIT, $KILL, $TERM, $CHLD) = (1, 2, 3, 9, 15, 17);
my $WNOHANG = 1;
# What even SIGKILL does not end within this time waits for a broken device, or belongs to another user.
my $give_up_seconds = 10;

sub call { my $name = shift; return syscall($number{$name}, @_) }

open(my $control, '+<&=', $fd + 0) or die "no descriptor $fd";
my $input = '';
my %command = read_command();

# Signals come through a descriptor, so that none can fall between a look and a wait.
my $blocked = pack('Q', 0);
$blocked = pack('Q', unpack('Q', $blocked) | 1 << $_ - 1) for $HUP, $INT, $QUIT, $TERM, $CHLD;
my $inherited = "\0" x 8;
call('rt_sigprocmask', 0, $blocked, $inherited, 8);
my $signal_fd = call('signalfd4', -1, $blocked, 8, 02000000 | 04000);
open(my $signals, '<&=', $signal_fd) or die "no signalfd: $!";
call('prctl', $PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 or die "no subreaper: $!";

my $command_pid = start();
# The command's pipes, and the descriptor below the control one, must end with it.
open(STDOUT, '>', '/dev/null');
open(STDERR, '>', '/dev/null');
for my $other (3 .. $fd - 1) {
  open(my $handle, '<&=', $other) or next;
  close $handle;
}

my ($state, $deadline, $gone) = ('running', undef, 0);
my (%asked, $pause);
for (;;) {
  last if !reap() && $gone;
  my $left = defined $deadline ? $deadline - now() : undef;
  if ($state eq 'asking') {
    if ($left <= 0) { become('killing', $give_up_seconds); next }
    $asked{$_}++ or kill($TERM, $_) for descendants();
  } elsif ($state eq 'killing') {
    last if $left <= 0;
    kill($KILL, descendants());
  }
  wait_for_news($left);
}
exit 0;

sub become {
  my ($next, $seconds) = @_;
  ($state, $deadline, $pause) = ($next, now() + $seconds, 0.005);
}

# Waits for a word of the owner, a signal or, while it ends a tree, until it is time to look for more of it.
sub wait_for_news {
  my ($left) = @_;
  my $timeout;
  if ($state ne 'running') {
    $timeout = $pause < $left ? $pause : $left;
    $pause = $pause < 0.05 ? $pause * 2 : 0.1;
  }
  my $ready = '';
  vec($ready, fileno($signals), 1) = 1;
  vec($ready, fileno($control), 1) = 1 if defined $input;
  return if select($ready, undef, undef, $timeout) <= 0;
  if (vec($ready, fileno($signals), 1) && sysread($signals, my $info, 128)) {
    my $signal = unpack('L', $info);
    kill($signal, $command_pid) if $signal != $CHLD && !$gone;
  }
  if (defined $input && vec($ready, fileno($control), 1)) {
    if (!sysread($control, $input, 4096, length $input)) {
      undef $input;
      become('killing', $give_up_seconds);
    } elsif ($input =~ s/^end (\d+)\n//) {
      become('asking', $1 / 1000) if $state eq 'running';
    }
  }
}

# Collects what has ended; says how the command did. Answers whether anything is left: orphans are children, too.
sub reap {
  while ((my $pid = waitpid(-1, $WNOHANG)) != 0) {
    return 0 if $pid < 0;
    next if $pid != $command_pid;
    $gone = 1;
    say_(($? & 127) ? 'killed ' . ($? & 127) : 'exited ' . ($? >> 8));
  }
  return 1;
}

sub descendants {
  my %children;
  opendir(my $proc, '/proc') or return ();
  for my $pid (grep { /^\d+$/ } readdir $proc) {
    open(my $stat, '<', "/proc/$pid/stat") or next;
    my $text = do { local $/; <$stat> };
    next unless defined $text;
    my ($process_state, $parent) = split / /, substr($text, rindex($text, ')') + 2);
    push @{$children{$parent}}, $pid if $process_state ne 'Z';
  }
  my (@found, @todo);
  @todo = ($$);
  while (defined(my $pid = shift @todo)) {
    my @more = @{delete $children{$pid} || []};
    push @found, @more;
    push @todo, @more;
  }
  return @found;
}

sub now {
  my $time = "\0" x 16;
  call('clock_gettime', 1, $time);
  my ($seconds, $nanoseconds) = unpack('q2', $time);
  return $seconds + $nanoseconds / 1e9;
}

# A gateway that is gone reads nothing, and that is no reason to stop here.
sub say_ {
  local $SIG{PIPE} = 'IGNORE';
  syswrite($control, "$_[0]\n");
}

sub read_command {
  until ($input =~ /^(\d+)\n/ && length($input) >= length($1) + 1 + $1) {
    sysread($control, $input, 65536, length $input) or exit 0;
  }
  $input =~ s/^(\d+)\n//;
  my $bytes = $1;
  my %fields;
  push @{$fields{substr $_, 0, 1}}, substr($_, 1) for split /\0/, substr($input, 0, $bytes, '');
  return %fields;
}

sub start {
  # Closed by a successful exec; otherwise it carries the error.
  pipe(my $failed, my $fail) or die "no pipe: $!";
  my $pid = fork();
  if (defined $pid && $pid == 0) {
    close $control;
    begin();
    syswrite($fail, $! + 0);
    call('exit_group', 127);
  }
  my $errno = defined $pid ? '' : $! + 0;
  close $fail;
  sysread($failed, $errno, 16) if defined $pid;
  if ($errno ne '') {
    say_("refused $errno");
    exit 127;
  }
  say_("started $pid");
  return $pid;
}

# Becomes the command; returns with $! set if it can not.
sub begin {
  my $supervisor = getppid();
  call('setsid');
  call('prctl', $PR_SET_PDEATHSIG, $KILL, 0, 0, 0);
  call('exit_group', 127) if getppid() != $supervisor;
  call('rt_sigprocmask', 2, $inherited, 0, 8);
  # What our starter was handed down goes no further; a kernel before 5.11 does not know how.
  my $CLOSE_RANGE_CLOEXEC = 4;
  call('close_range', $fd, 0xffffffff, $CLOSE_RANGE_CLOEXEC);
  chdir $command{d}[0] or return;
  for my $limit (@{$command{l} || []}) {
    my ($resource, $value) = split / /, $limit;
    call('prlimit64', 0, $resource + 0, pack('QQ', $value, $value), 0) == 0 or return;
  }
  if ($command{r} || $command{s}) {
    call('prctl', $PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 or return;
    # Of root the kernel takes them at the next exec; nobody else has any.
    call('prctl', $PR_CAPBSET_DROP, $_, 0, 0, 0) for 0 .. 63;
  }
  restrict_files() or return if $command{r};
  if ($command{s}) {
    my $filter = pack('H*', $command{s}[0]);
    my $program = pack('S x![P] P', length($filter) / 8, $filter);
    call('prctl', $PR_SET_SECCOMP, 2, $program, 0, 0) == 0 or return;
  }
  %ENV = map { split /=/, $_, 2 } @{$command{e} || []};
  my @argv = @{$command{a}};
  no warnings;
  exec { $argv[0] } @argv;
}

# Landlock (landlock(7)): only what lies beneath the given paths; no TCP, and no signals or abstract sockets to the
# outside where the kernel is new enough. `r` holds `read PATH` and `write PATH`, `n` is there when TCP is allowed.
sub restrict_files {
  my $abi = call('landlock_create_ruleset', 0, 0, 1);
  return if $abi < 1;
  my ($execute, $write_file, $read_file, $read_dir, $truncate) = (1, 2, 4, 8, 1 << 14);
  my $all = $abi >= 5 ? 0xffff : $abi >= 3 ? 0x7fff : $abi == 2 ? 0x3fff : 0x1fff;
  my $tcp = $abi >= 4 && !$command{n} ? 3 : 0;
  my $scope = $abi >= 6 ? 3 : 0;
  my $attributes = pack('QQQ', $all, $tcp, $scope);
  my $size = $abi >= 6 ? 24 : $abi >= 4 ? 16 : 8;
  my $rules = call('landlock_create_ruleset', $attributes, $size, 0);
  return if $rules < 0;
  for my $rule (@{$command{r}}) {
    my ($access, $path) = split / /, $rule, 2;
    # O_PATH | O_CLOEXEC; what is not there needs no rule.
    sysopen(my $at, $path, 010000000 | 02000000) or next;
    my $rights = $access eq 'write' ? $all : $execute | $read_file | $read_dir;
    $rights &= $execute | $read_file | $write_file | $truncate unless -d $path;
    my $beneath = pack('Q l', $rights & $all, fileno($at));
    call('landlock_add_rule', $rules, 1, $beneath, 0) == 0 or return;
  }
  return call('landlock_restrict_self', $rules, 0) == 0;
}
