# The nearest centroid, in Perl. Each call is a line of JSON; see tournament_adapters.script.

use strict;
use warnings;

my ($width, @seen, @sum) = (0, (0) x 10);
$| = 1;

while (my $line = <STDIN>) {
    my %said = $line =~ /"(\w+)": "([^"]*)"/g;
    my $call = $said{call};
    train($said{data})                if $call eq "epoch";
    predict($said{data}, $said{to})   if $call eq "predict";
    save($said{to})                   if $call eq "save";
    load($said{from})                 if $call eq "load";
    print qq({"done": "$call"}\n);
}

sub train {
    open my $file, "<", shift or die "no data: $!";
    my $rows = 0;
    while (<$file>) {
        my ($class, @cells) = split /,/;
        $width = @cells;
        $seen[$class]++;
        $sum[$class][$_] += $cells[$_] for 0 .. $#cells;
        $rows++;
    }
    print qq({"rows": $rows}\n);
}

sub predict {
    my ($from, $to) = @_;
    open my $file, "<", $from or die "no data: $!";
    open my $out, ">", $to or die "no place for predictions: $!";
    while (<$file>) {
        my @cells = split /,/;
        my ($total, @weight) = (0);
        for my $class (0 .. 9) {
            my $far = 0;
            if ($seen[$class]) {
                $far += ($cells[$_] - $sum[$class][$_] / $seen[$class])**2 for 0 .. $#cells;
            }
            $total += $weight[$class] = exp(-$far);
        }
        print $out join(",", map { $_ / $total } @weight), "\n";
    }
}

sub save {
    open my $out, ">", shift or die "no place for the state: $!";
    print $out join(" ", $width, $seen[$_], @{ $sum[$_] // [] }), "\n" for 0 .. 9;
}

sub load {
    open my $file, "<", shift or die "no state: $!";
    for my $class (0 .. 9) {
        ($width, $seen[$class], my @cells) = split " ", <$file>;
        $sum[$class] = \@cells;
    }
}
