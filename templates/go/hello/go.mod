module function

go 1.22

require hexabase.io/hks v0.0.0
