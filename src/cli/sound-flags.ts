/** Flags of commands that read sound; apart from their reading, so that `--help` loads no decoder. */
export const SOUND_FLAGS = {
  raw: {
    type: 'string',
    describe:
      'The input is raw PCM: RATE:CHANNELS:ENCODING, e.g. 24000:1:s16le (s16le u8 s24le s32le f32le mulaw alaw)',
    requiresArg: true,
  },
  'gain-db': { type: 'string', describe: 'Gain in dB, -60 to 40', requiresArg: true },
  loudness: {
    type: 'string',
    describe: 'Bring files to this loudness, LUFS, -60 to -5 (speech: -23 to -16)',
    requiresArg: true,
  },
} as const;
