import { basename, dirname, join } from 'node:path';
import type { SpeechFiles } from '../../child/file-port.js';

export interface HtsVoice {
  /** The file's name without its end; with its folder's where two have the same. */
  readonly id: string;
  readonly path: string;
}

/** Debian and what builds from source, then Homebrew on both kinds of Mac. */
export const DICTIONARY_FOLDERS: readonly string[] = [
  '/var/lib/mecab/dic/open-jtalk/naist-jdic',
  '/usr/local/dic',
  '/usr/local/share/open_jtalk/dic',
  '/opt/homebrew/opt/open-jtalk/dic',
  '/usr/local/opt/open-jtalk/dic',
];
export const VOICE_FOLDERS: readonly string[] = [
  '/usr/share/hts-voice',
  '/usr/local/share/hts-voice',
  '/usr/share/open_jtalk/voices',
  '/usr/local/share/open_jtalk/voices',
  '/opt/homebrew/opt/open-jtalk/voice',
  '/usr/local/opt/open-jtalk/voice',
];
const END = '.htsvoice';
/** `hts-voice/mei/mei_normal.htsvoice`. */
const MAX_DEPTH = 3;
/** The head is text and tells which language's labels the voice was made from. */
const HEAD_BYTES = 2048;
const JAPANESE = /FULLCONTEXT_FORMAT:\s*HTS_TTS_JPN/;
/** More than anybody has, and no whole disk by mistake. */
const MAX_VOICES = 500;

/** The folder with the dictionary; undefined: there is none. */
export function findDictionary(folder: string | undefined, files: SpeechFiles): string | undefined {
  const folders = folder === undefined ? DICTIONARY_FOLDERS : [folder];
  return folders.find((candidate) => files.isFile(join(candidate, 'sys.dic')));
}

/**
 * Voice files, in order of places and names. Voices of other languages, which open_jtalk refuses, are left out.
 *
 * @param places - files and folders; left out: the usual folders.
 */
export function findVoices(places: readonly string[] | undefined, files: SpeechFiles): HtsVoice[] {
  const paths = new Set<string>();
  for (const place of places ?? VOICE_FOLDERS) collect(place, files, paths, 0);
  const found = [...paths].filter((path) => JAPANESE.test(latin1(files.head(path, HEAD_BYTES))));
  const count = new Map<string, number>();
  for (const path of found) count.set(nameOf(path), (count.get(nameOf(path)) ?? 0) + 1);
  return found.map((path) => {
    const name = nameOf(path);
    return { id: count.get(name) === 1 ? name : `${basename(dirname(path))}/${name}`, path };
  });
}

function collect(path: string, files: SpeechFiles, paths: Set<string>, depth: number): void {
  if (paths.size >= MAX_VOICES) return;
  if (path.endsWith(END) && files.isFile(path)) paths.add(path);
  else if (depth <= MAX_DEPTH && files.isFolder(path))
    for (const name of files.list(path)) collect(join(path, name), files, paths, depth + 1);
}

function nameOf(path: string): string {
  return basename(path).slice(0, -END.length);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
