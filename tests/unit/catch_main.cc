// The main function of the tests with Catch2 version 2; version 3 brings its own in -lCatch2Main.
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
