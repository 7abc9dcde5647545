# Sourced by the scripts of this folder: finds a JDK 25, builds the benchmarks, and sets `java` to what starts their classes.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$here/.mvn/find-jdk"
find_jdk_25 || jdk_25_missing "benchmarks/$(basename "$0")"
classpath=$here/target/benchmarks.classpath
"$here/mvnw" -q -B -Pbenchmarks test-compile dependency:build-classpath -Dmdep.includeScope=test -Dmdep.outputFile="$classpath"
java=("$JAVA_HOME/bin/java" --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED
    -Dimagespace.version="$(git -C "$here" describe --always --dirty --tags 2>/dev/null || echo unknown)"
    -XX:+IgnoreUnrecognizedVMOptions -XX:+UseTransparentHugePages -XX:ObjectAlignmentInBytes=64
    -cp "$here/target/test-classes:$here/target/classes:$(cat "$classpath")")
