import { join, posix, win32 } from 'node:path';
import type { Config } from './settings.js';
import { userCacheFolder, userConfigFolder } from './user-folder.js';

/** What the settings say about speech, in the form in which `createSpeech` takes it. */
export interface SpeechSection {
  readonly engines: Readonly<Record<string, unknown>>;
  readonly routes: Readonly<Record<string, unknown>>;
  readonly engine: string;
  readonly voice: string | undefined;
  readonly language: string | undefined;
  /** Undefined: nobody asked for another than each voice's own. */
  readonly speed: number | undefined;
  readonly dictionaryFile: string | undefined;
  /** Undefined: there is no place for a cache. */
  readonly cacheFolder: string | undefined;
  readonly cacheBytes: number;
  /** Undefined: loudness stays as it is. */
  readonly loudnessLufs: number | undefined;
  readonly capCharacters: number;
  /** Undefined: the environment names no home. */
  readonly stateFolder: string | undefined;
}

const MIB = 1_048_576;

/** @param env - names the user's folders; where it names none, nothing is kept between runs. */
export function speechSection(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): SpeechSection {
  const cache = userCacheFolder(env, platform);
  const pathOf = platform === 'win32' ? win32 : posix;
  const standardFolder = cache === undefined ? undefined : pathOf.join(cache, 'speech');
  const { speechLoudness, speechCacheMb, speechCacheDir, speed } = config;
  return {
    engines: config.engines,
    routes: config.speechRoutes,
    engine: config.ttsEngine,
    voice: config.voice,
    language: config.language,
    speed: speed === 1 ? undefined : speed,
    dictionaryFile: config.dictionary,
    cacheFolder: speechCacheDir === undefined ? standardFolder : join(speechCacheDir),
    cacheBytes: speechCacheMb * MIB,
    loudnessLufs: speechLoudness === 'off' ? undefined : Number(speechLoudness),
    capCharacters: config.speechCapCharacters,
    stateFolder: userConfigFolder(env, platform),
  };
}
