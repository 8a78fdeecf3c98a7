#!/usr/bin/env bash
# Speaks everything, two voices at a time: make-corpus.sh WORK_FOLDER [PERCENT of the full size, default 100].
set -euo pipefail
work=$1
percent=${2:-100}
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-/usr/bin/python3}
# speaker first-line count
speakers="
mei_normal 0 600
takumi_normal 600 600
m001 1200 1400
slt 0 1500
awb 1500 1500
ked 3000 1500
slt-hts 4500 800
espeak 5300 1000
mei_happy 2600 400
mei_bashful 3000 400
mei_angry 3400 400
mei_sad 3800 400
takumi_happy 4200 400
takumi_angry 4600 400
takumi_sad 100 400
it-pc 500 600
it-lp 1100 600
cz-ph 1700 400
cz-dita 2100 400
cz-krb 2500 400
cz-machac 2900 400
ca-ona 3300 500
fi-mv 3800 400
fi-lj 4200 400
takumi_normal-high 1000 330
m001-high 2000 330
mei_normal-higher 3000 220
mei_normal-low 4000 330
"
mkdir -p "$work/corpus"
grep . <<<"$speakers" | while read -r speaker first count; do
  echo "$speaker $first $((count * percent / 100))"
done | xargs -P 2 -L 1 sh -c 'nice -n 10 "$0" "$1/synthesize.py" --work "$2" --speaker "$3" --from "$4" --count "$5" 2>&1' "$python" "$here" "$work"
