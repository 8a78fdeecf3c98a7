#
# Snippets for dialogue scripts (.fst) used together with mmdagent-bridge.
#
# One rule matters: every message the bridge sends becomes a message of the program, and the program sends every
# message of its own back to the bridge. A rule that waits for a type the bridge sends (LIPSYNC_START, MOTION_ADD,
# SPEAK_START, ...) therefore answers the bridge, and if its output makes the bridge send again, both go round
# for ever. Wait for events only (types with _EVENT_ in them, KEY, and the like): only the program sends those.
#

# Load the model under the name the bridge expects (setting "model", 0 unless changed). The bridge takes
# MODEL_EVENT_ADD|0 as the sign that the avatar is ready, so nothing else is needed for sound and lips.
0 LOOP:
    <eps> MODEL_ADD|0|gene/Gene.pmd
    MODEL_EVENT_ADD|0 CAMERA|0,15.25,0|4.5,0,0|22.4|27.0

# Write to the log when a mouth starts and stops. LOG_BRIDGE is no command, so it does nothing
# but appear in the log and reach the bridge, which ignores it.
LOOP LOOP:
    LIPSYNC_EVENT_START|0 LOG_BRIDGE|mouth|start

LOOP LOOP:
    LIPSYNC_EVENT_STOP|0 LOG_BRIDGE|mouth|stop

# Tell a program that listens on the bridge that a key was pressed: the bridge hands every message on.
LOOP LOOP:
    KEY|1 BUTTON_PRESSED|1

# WRONG, do not do this: the bridge itself sends MOTION_ADD, so this rule would answer each of its motions.
# LOOP LOOP:
#     MOTION_ADD|0|action|wave.vmd|PART|ONCE LIPSYNC_STOP|0
