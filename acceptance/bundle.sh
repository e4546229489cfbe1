#!/usr/bin/env bash
# Makes a bundle that runs `retort` on a machine with a driver and nothing else: no Java, no network.
#
#   acceptance/bundle.sh OUT                     the folder OUT, and the same as OUT.tar.gz
#   acceptance/bundle.sh --without-golden OUT    likewise, for where a checkout of Retort is and has the golden sets
#
#   JAVA_HOME         the JDK whose runtime goes in (default: java on the PATH)
#   RETORT_CLASSES    a folder of jars to take instead of building (acceptance/target/lib's, and acceptance's own)
#
# It is for `retort gpu-check` and other commands that touch no image files: Java's module java.desktop stays out.
# For Linux on x86-64.
set -eu

# What a mail or a slow line still carries.
limit=40000000
# java.management: gpu-check starts processes with this one's options and looks at the heap. jdk.zipfs: the golden set is a zip.
modules=java.base,java.logging,java.management,jdk.management,jdk.incubator.vector,jdk.unsupported,jdk.zipfs
# Of no use without images, requests or JMH's own runner; and element types that no matrix of the reference has.
left_out="commons-math3-* jmh-core-* jopt-simple-* imageio-* common-image-* common-io-* common-lang-*
  ejml-cdense-* ejml-zdense-* ejml-fdense-* ejml-dsparse-* ejml-fsparse-* ejml-simple-* ejml-all-*
  retort-serve-* jetty-* slf4j-api-* micrometer-* prometheus-* HdrHistogram-* jspecify-*"

fail() {
  printf 'bundle: %s\n' "$*" >&2
  exit 1
}

golden=true
if [ "${1:-}" = --without-golden ]; then
  golden=false
  shift
fi
[ $# = 1 ] || fail "name the folder to make: acceptance/bundle.sh [--without-golden] OUT"
case $1 in
  -*) fail "there is no option $1: acceptance/bundle.sh [--without-golden] OUT" ;;
esac
out=${1%/}
root=$(cd "$(dirname "$0")/.." && pwd -P)
if [ -e "$out" ]; then
  [ -d "$out" ] || fail "$out is a file: name a folder that does not exist yet or is empty"
  [ -z "$(ls -A "$out")" ] || fail "$out is not empty: name a folder that does not exist yet or is empty"
fi
[ ! -e "$out.tar.gz" ] || fail "$out.tar.gz is there already: move it away, or name another folder"

if [ -n "${JAVA_HOME:-}" ]; then
  jdk=$JAVA_HOME
else
  java=$(command -v java) || fail "a JDK 17 or later is needed: install one, or set JAVA_HOME to one"
  jdk=$(dirname "$(dirname "$(readlink -f "$java")")")
fi
[ -x "$jdk/bin/jlink" ] || fail "$jdk has no jlink: set JAVA_HOME to a whole JDK 17 or later"

classes=${RETORT_CLASSES:-}
if [ -z "$classes" ]; then
  printf 'bundle: building Retort ...\n' >&2
  log=$(mktemp)
  rm -rf "$root/acceptance/target/lib"
  # Offline where what it takes is there already.
  mvn -q -B -o -Dmaven.test.skip=true -f "$root/pom.xml" -pl acceptance -am package >"$log" 2>&1 ||
    mvn -q -B -Dmaven.test.skip=true -f "$root/pom.xml" -pl acceptance -am package >"$log" 2>&1 ||
    { cat "$log" >&2; fail "the build failed; its output is above"; }
  rm -f "$log"
fi

mkdir -p "$out/lib"
out=$(cd "$out" && pwd -P)
# Strings shared (1) but not compressed: a .tar.gz of plain classes is smaller than one of packed ones. Later JDKs may know no 1.
runtime() {
  rm -rf "$out/java"
  "$jdk/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages "$@" --output "$out/java" \
    >"$out/jlink.log" 2>&1
}
runtime --compress=1 || runtime || fail "jlink of $jdk failed: $(tail -n 3 "$out/jlink.log")"
rm "$out/jlink.log"
# Exponentials and the like on vectors: kernels have their own, whose bits are the same everywhere.
rm -f "$out/java/lib/libjsvml.so"
if command -v strip >/dev/null; then
  find "$out/java/lib" -name '*.so' -exec strip --strip-unneeded {} +
fi

if [ -n "$classes" ]; then
  cp "$classes"/*.jar "$out/lib"
else
  cp "$root"/acceptance/target/lib/*.jar "$root"/acceptance/target/retort-acceptance-*.jar "$out/lib"
fi
for pattern in $left_out; do
  # shellcheck disable=SC2086 # the pattern is one
  rm -f "$out"/lib/$pattern
done
# Jackson looks for the interfaces of XML's documents, and nothing here for the parsers of the module that has them.
"$jdk/bin/java" "$root/acceptance/Repack.java" --interfaces "$out/lib/dom.jar"
# Every jar once more without what no machine of the kind needs, and not compressed.
"$jdk/bin/java" "$root/acceptance/Repack.java" "$out/lib"

cp -R "$root/recipes" "$out/recipes"
mkdir -p "$out/peers"
cp "$root"/bench/peers/*.py "$out/peers"
if $golden; then
  mkdir "$out/golden"
  # Without weight files and methods: what tells of a device in golden-import.zip and golden-methods.zip, the operations, is in
  # golden.zip, too.
  for set in golden golden-detectors; do
    cp "$root/acceptance/src/test/resources/$set.zip" "$out/golden"
  done
fi
cp "$root/LICENSE" "$root/docs/gpu-checks.md" "$root/cli/src/main/resources/dev/retort/cli/jvm-options" "$out"
cp "$root/acceptance/bundle-launcher" "$out/retort"
chmod +x "$out/retort"

# The same bytes for the same files, in an order that does not hang on the file system.
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime='2026-01-01 00:00:00Z' \
  -C "$(dirname "$out")" -cf - "$(basename "$out")" | gzip -9n >"$out.tar.gz"

size() {
  du -sb "$1" | cut -f 1
}
for part in java lib golden; do
  [ ! -e "$out/$part" ] || printf '%-12s %9d bytes\n' "$part" "$(size "$out/$part")"
done
printf '%-12s %9d bytes\n' folder "$(size "$out")" .tar.gz "$(size "$out.tar.gz")"
packed=$(size "$out.tar.gz")
[ "$packed" -le "$limit" ] ||
  fail "$out.tar.gz has $packed bytes, more than the $limit that it may have: leave more out of lib (left_out in this script)"
