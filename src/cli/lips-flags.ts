/** Flags of commands that stream a sound and let the user choose who moves the mouth. */
export const LIPS_WAY = {
  lips: {
    choices: ['auto', 'peer', 'own', 'local'],
    requiresArg: true,
    describe:
      "Who moves the mouth: MMDAgent-EX's own recogniser (peer), this program by LIPSYNC_START (own), the same with the sound played here (local); auto: own where phonemes are known, else peer",
  },
} as const;

/** Where phonemes come from, and how they lie to sound that is played here. */
export const LIPS_TIMINGS = {
  timings: {
    type: 'string',
    requiresArg: true,
    describe:
      'Phoneme timings: JSON, HTK or Open JTalk labels, TextGrid, VOICEVOX query; left out: a file of the same name beside the sound',
  },
  phonemes: {
    type: 'string',
    requiresArg: true,
    describe: "Phonemes and milliseconds as in LIPSYNC_START: 'sil,100,k,75,o,75'",
  },
  'offset-ms': {
    type: 'string',
    requiresArg: true,
    describe: 'Move the lips later (or, negative, sooner) than calibrated',
  },
} as const;

/** Who moves the mouth to a live voice. */
export const LIVE_LIPS = {
  lips: {
    choices: ['peer', 'own'],
    requiresArg: true,
    describe:
      "Who moves the mouth: MMDAgent-EX's own recogniser (peer), or this program, which listens to the sound and keeps it back for about 0.13 s (own)",
    defaultDescription: 'peer',
  },
  'lips-only': {
    type: 'boolean',
    describe: 'Send no sound: only the mouth follows the voice, which is heard elsewhere',
  },
  'lips-latency-ms': {
    type: 'string',
    requiresArg: true,
    describe: 'With --lips-only: from a sound until its mouth is seen',
    defaultDescription: '200',
  },
} as const;
