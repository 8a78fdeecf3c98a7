import { decimal, optionalText, section, text, wholeNumber } from './setting.js';
import { isAnyText } from './value-forms.js';

/** What is said of loudness: `off`, or LUFS. */
const LOUDNESS = /^(off|-(?:[1-3]\d|40)(?:\.\d)?)$/;

/** Settings of speech, part of the table. Engines check their own options when they are used. */
export const SPEECH_SETTINGS = {
  engines: section({
    flag: undefined,
    env: 'BRIDGE_ENGINES',
    describe: 'Engines that speak by name, each with its type and options',
    expects: 'names of engines with their options (in the environment as JSON)',
  }),
  sttEngines: section({
    flag: undefined,
    env: 'BRIDGE_STT_ENGINES',
    describe: 'Engines that understand speech by name, each with its type and options',
    expects: 'names of engines with their options (in the environment as JSON)',
  }),
  speechRoutes: section({
    flag: undefined,
    env: 'BRIDGE_SPEECH_ROUTES',
    describe: 'Which engine and voice speak a language: ja: {engine: voicevox, voice: 46}',
    expects: 'languages with engine, voice, speed and instructions (in the environment as JSON)',
  }),
  speed: decimal({
    flag: 'speed',
    env: 'BRIDGE_SPEED',
    describe: 'How fast is spoken; 1 is as the voice does by itself',
    min: 0.25,
    max: 4,
    default: 1,
  }),
  dictionary: optionalText({
    flag: 'dictionary',
    env: 'BRIDGE_DICTIONARY',
    describe: 'File of pronunciations (YAML, JSON or CSV): how names and terms are said',
    expects: 'a path',
    accepts: isAnyText,
    isPath: true,
  }),
  speechLoudness: text({
    flag: 'speech-loudness',
    env: 'BRIDGE_SPEECH_LOUDNESS',
    describe: 'Loudness to which every voice is brought, LUFS; off leaves each as it is',
    expects: 'off, or LUFS from -40 to -10',
    accepts: (value) => LOUDNESS.test(value),
    default: '-20',
  }),
  speechCacheMb: wholeNumber({
    flag: 'speech-cache-mb',
    env: 'BRIDGE_SPEECH_CACHE_MB',
    describe: 'Disk space for what was spoken, so that it need not be fetched again; 0 keeps nothing',
    min: 0,
    max: 1_000_000,
    unit: 'MB',
    default: 256,
  }),
  speechCacheDir: optionalText({
    flag: 'speech-cache-dir',
    env: 'BRIDGE_SPEECH_CACHE_DIR',
    describe: "Folder for it; left out: this user's folder for caches",
    expects: 'a path',
    accepts: isAnyText,
    isPath: true,
  }),
  speechCapCharacters: wholeNumber({
    flag: 'speech-cap-characters',
    env: 'BRIDGE_SPEECH_CAP_CHARACTERS',
    describe: 'Characters that each engine with a key may be given per day (UTC); 0 is no limit',
    min: 0,
    max: 1_000_000_000,
    unit: '',
    default: 0,
  }),
} as const;
