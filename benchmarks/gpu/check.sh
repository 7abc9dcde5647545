#!/usr/bin/env bash
# Everything that must be known of the CUDA backend on a GPU, in one go: parity with the CPU and the float64 reference,
# memory, speed beside PyTorch, the time that the paper's tables would take, and real runs for the minutes that are left.
# Each part has its own time limit, and the next one is run if it fails.
#
#   JAVA=... JARS=... OUT=... [DATA=...] [MINUTES=...] [PYTHON=...] benchmarks/gpu/check.sh [PART ...]
#
#   JAVA     a java of version 25 (default: java); JDK_JAVA_OPTIONS is heeded
#   JARS     folder with imagespace.jar, lib/ and tests.jar, as benchmarks/gpu/pack makes it
#   OUT      where results go (default: out/gpu): results.jsonl, summary.md, a log a part
#   DATA     CIFAR-10 as a folder; without it the tables are run on the embedded scenes
#   MINUTES  how long the whole may take (default: 25); real runs take what the rest leaves. The summary is kept up to date
#   BATCHES  batch sizes to time (default: "128 1024"); BATCHES=128 times half as much
#   PRECISIONS  to time (default: "tf32 tf32+fast bf16 fp32")
#   MODES    PyTorch's modes to time (default: graph,eager,compile)
#   PARALLEL_RUNS  how many real runs go on side by side (default: auto)
#   RUNS, CELLS    of Table 1 (default: 50, all); RUNS2 of Table 2 (default: 20)
#   PYTHON   a Python with torch (default: python3); without torch its part is left out
#   PART     only these: about parity memory throughput torch profile table1-sample sanitizer table2 table1
#
# IMAGESPACE_CUDA names where CUDA's libraries are, if not in the usual places; where a Python environment has them (torch
# brings them) they are found there.
set -uo pipefail
LEFT_OUT=77 # the status of a part whose tool is not here
here=$(cd "$(dirname "$0")" && pwd)
JAVA=${JAVA:-java}
JARS=${JARS:-$here/jars}
OUT=${OUT:-out/gpu}
MINUTES=${MINUTES:-25}
BATCHES=${BATCHES:-128 1024}
PYTHON=${PYTHON:-python3}
parts=("$@")
[[ ${#parts[@]} -gt 0 ]] || parts=(about parity memory throughput torch profile table1-sample sanitizer table2 table1)
mkdir -p "$OUT"
OUT=$(cd "$OUT" && pwd)
results=$OUT/results.jsonl
: >"$results"
end=$((SECONDS + MINUTES * 60))

[[ -f $JARS/imagespace.jar ]] || { echo "check.sh: no imagespace.jar in JARS=$JARS" >&2; exit 2; }
"$JAVA" -version 2>&1 | grep -q '"25' || { echo "check.sh: JAVA=$JAVA is no Java 25" >&2; exit 2; }
if [[ -z ${IMAGESPACE_CUDA:-} ]]; then
    # torch brings CUDA's libraries in folders side by side
    IMAGESPACE_CUDA=$("$PYTHON" -c 'import nvidia; print(":".join(nvidia.__path__))' 2>/dev/null || true)
    [[ -z $IMAGESPACE_CUDA ]] || export IMAGESPACE_CUDA
fi
export XDG_CACHE_HOME=${XDG_CACHE_HOME:-$OUT/.cache}

version=$(cat "$here/version" 2>/dev/null || git -C "$here" describe --always --dirty 2>/dev/null || true)
java=("$JAVA" ${version:+"-Dimagespace.version=$version"} --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED -XX:+IgnoreUnrecognizedVMOptions
    -XX:ObjectAlignmentInBytes=64 -Xmx8g -cp "$JARS/imagespace.jar:$JARS/lib/*:$JARS/tests.jar")
imagespace() { "${java[@]}" imagespace.cli.Main "$@"; }
echo "{\"code\":\"$version\"}" >>"$results"

# part NAME SECONDS COMMAND...: runs it with a time limit; its output goes to a log, lines of JSON to the results
part() {
    local name=$1 limit=$2 status begin left=$((end - SECONDS))
    shift 2
    ((left < limit)) && limit=$left
    if ((limit < 5)); then
        echo "--- $name: no time left"
        echo "{\"part\":\"$name\",\"status\":\"no time left\"}" >>"$results"
        summary
        return
    fi
    begin=$SECONDS
    echo "--- $name (at most $limit s)"
    # a subshell in a process group of its own, so that the limit ends all of it
    (set -m; "$@" >"$OUT/$name.log" 2>&1 & pid=$!
        (sleep "$limit"; kill -TERM -- "-$pid" 2>/dev/null; sleep 5; kill -KILL -- "-$pid" 2>/dev/null) &
        watch=$!
        wait "$pid"; status=$?
        # what it has left behind gets a moment to end
        for ((i = 0; i < 10; i++)); do
            kill -0 -- "-$pid" 2>/dev/null || break
            sleep .5
        done
        kill -KILL -- "-$pid" 2>/dev/null
        kill -- "-$watch" 2>/dev/null
        exit "$status")
    status=$?
    grep -a '^{' "$OUT/$name.log" >>"$results"
    echo "{\"part\":\"$name\",\"status\":$status,\"seconds\":$((SECONDS - begin))}" >>"$results"
    grep -av '^WARNING' "$OUT/$name.log" | tail -n 25 | cut -c1-400
    summary
}

summary() {
    {
        echo "# CUDA backend, code $version, checked $(date -u +%Y-%m-%dT%H:%MZ)"
        echo
        nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null
        echo
        echo "| Part | Result |"
        echo "| --- | --- |"
        sed -n 's/^{"part":"\([^"]*\)","status":\([^,}]*\).*/| \1 | \2 |/p' "$results"
        echo
        echo "Status 0: passed or done; 77: left out, as its tool or its data is not here; 1: something failed, see the log; 143 or 137: stopped at its time limit."
        echo
        echo '```'
        grep -v '"part"' "$results" | cut -c1-600
        echo '```'
    } >"$OUT/summary.md"
}

about() {
    nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm --format=csv
    nproc
    ls -d /usr/local/cuda* 2>/dev/null
    echo "IMAGESPACE_CUDA=${IMAGESPACE_CUDA:-}"
    imagespace devices
    imagespace throughput --net keras --backend cuda --batch 8 --steps 3 --warm-up 0
}

# the three precisions side by side
parity() {
    local precision failed=0 jobs=()
    for precision in fp32 tf32 bf16; do
        "${java[@]}" imagespace.backend.CudaCheck $precision 2>&1 &
        jobs+=($!)
    done
    for job in "${jobs[@]}"; do
        wait "$job" || failed=1
    done
    return $failed
}

# alone: what other programs take shows, too
memory() { "${java[@]}" imagespace.backend.CudaCheck tf32 --memory; }

sanitizer() {
    local tool check failed=0
    tool=$(command -v compute-sanitizer || ls /usr/local/cuda*/bin/compute-sanitizer 2>/dev/null | head -1)
    [[ -n $tool ]] || { echo "no compute-sanitizer here"; return $LEFT_OUT; }
    for check in memcheck racecheck; do
        echo "$check:"
        "$tool" --tool "$check" --print-limit 5 --error-exitcode 9 \
            "${java[@]}" -XX:TieredStopAtLevel=1 imagespace.backend.CudaCheck tf32 --operators || failed=1
    done
    return $failed
}

throughput() {
    local net batch precision failed=0
    for net in keras allconv; do
        for batch in $BATCHES; do
            for precision in ${PRECISIONS:-tf32 tf32+fast bf16 fp32}; do
                # shellcheck disable=SC2086
                imagespace throughput --net $net --backend cuda --precision ${precision/+/ --} --batch "$batch" \
                    --steps 300 --warm-up 0.5 || failed=1
            done
        done
    done
    return $failed
}

torch() {
    "$PYTHON" -c 'import torch' || { echo "no torch here"; return $LEFT_OUT; }
    local failed=0 batch peer=$here/torch_peer.py
    [[ -f $peer ]] || peer=$here/../torch_peer.py
    for batch in $BATCHES; do
        "$PYTHON" "$peer" --net keras,allconv --device cuda --dtype tf32,bf16 --mode "${MODES:-graph,eager,compile}" \
            --batch "$batch" --steps 300 --warm-up 0.5 || failed=1
    done
    return $failed
}

# each command of a step
profile() {
    local net failed=0
    for net in keras allconv; do
        "${java[@]}" imagespace.backend.cuda.GpuProfile $net 128 tf32 || failed=1
    done
    return $failed
}

data() { echo "${DATA:-scenes}"; }

# A base run, and a training set of a quarter of the samples without and with noise, at the paper's size: once alone, and eight times side by
# side. The ledgers hold the seconds of each; from them follow those of all cells, whose images are known.
table1-sample() {
    [[ -n ${DATA:-} ]] || { echo "without DATA, CIFAR-10, there is no sample of the paper's size"; return $LEFT_OUT; }
    local begin n
    for n in 1 8; do
        rm -rf "$OUT/table1-sample-$n" # what is there already would not be timed
        begin=$EPOCHREALTIME
        imagespace table1 --data "$DATA" --profile paper --backend cuda --runs $n --parallel-runs $n --cells "base,hc+hi .25,hc+hi .25 noise" \
            --out "$OUT/table1-sample-$n" || return
        echo "{\"check\":\"table1 sample\",\"data\":\"$(basename "$DATA")\",\"runs\":$n,\"seconds\":$(
            awk "BEGIN { print $EPOCHREALTIME - $begin }")}"
    done
}

table1() {
    imagespace table1 --data "$(data)" --profile paper --backend cuda --runs "${RUNS:-50}" --cells "${CELLS:-all}" \
        --parallel-runs "${PARALLEL_RUNS:-auto}" --out "$OUT/table1"
}

table2() {
    imagespace table2 --data "$(data)" --profile paper --backend cuda --runs "${RUNS2:-20}" \
        --parallel-runs "${PARALLEL_RUNS:-auto}" --out "$OUT/table2"
}

for name in "${parts[@]}"; do
    case $name in
        about)
            part about 120 about
            grep -q '"part":"about","status":0' "$results" || { echo "check.sh: nothing to check: see above" >&2; exit 1; }
            ;;
        parity) part parity 300 parity ;;
        memory) part memory 60 memory ;;
        throughput) part throughput 240 throughput ;;
        torch) part torch 420 torch ;;
        profile) part profile 60 profile ;;
        table1-sample) part table1-sample 300 table1-sample ;;
        sanitizer) part sanitizer 240 sanitizer ;;
        table1) part table1 $((MINUTES * 60)) table1 ;;
        table2) part table2 $((MINUTES * 60)) table2 ;;
        *) echo "check.sh: no part $name" >&2; exit 2 ;;
    esac
done

echo "results: $results, $OUT/summary.md"
# all parts that were run have ended with 0 or were left out, and no check has failed
! grep -q '"ok":false' "$results" && ! grep '"part":"[^"]*","status":\([1-9]\|"\)' "$results" | grep -qv "\"status\":$LEFT_OUT,"
