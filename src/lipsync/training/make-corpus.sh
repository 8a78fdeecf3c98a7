#!/usr/bin/env bash
# Speaks everything, two voices at a time: make-corpus.sh WORK_FOLDER
set -euo pipefail
work=$1
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-/usr/bin/python3}
# speaker, first line of the text, how many lines
speakers="
mei_normal 0 270
takumi_normal 600 270
m001 1200 630
slt 0 675
awb 1500 675
ked 3000 675
slt-hts 4500 360
espeak 5300 450
mei_happy 2600 180
mei_bashful 3000 180
mei_angry 3400 180
mei_sad 3800 180
takumi_happy 4200 180
takumi_angry 4600 180
takumi_sad 100 180
it-pc 500 270
it-lp 1100 270
cz-ph 1700 180
cz-dita 2100 180
cz-krb 2500 180
cz-machac 2900 180
ca-ona 3300 225
fi-mv 3800 180
fi-lj 4200 180
takumi_normal-high 1000 150
m001-high 2000 150
mei_normal-higher 3000 100
mei_normal-low 4000 150
awb-high 6400 350
ked-high 7200 350
slt-low 500 250
"
mkdir -p "$work/corpus"
grep . <<<"$speakers" | xargs -P 2 -L 1 sh -c \
  '"$0" "$1/synthesize.py" --work "$2" --speaker "$3" --from "$4" --count "$5" 2>&1' "$python" "$here" "$work"
