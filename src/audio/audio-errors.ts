import { errorText, RequestError } from '../runtime/index.js';

const SUPPORTED = 'Supported: WAV, MP3, FLAC, Ogg Vorbis, Ogg Opus, Ogg FLAC';
const CONVERT = 'convert it first, for example: ffmpeg -i INPUT -ar 16000 -ac 1 out.wav';

/** The sound is of a kind, or has a header, that cannot be played. */
export function unsupportedSound(name: string, detail: string): RequestError {
  return new RequestError(
    'BRIDGE_ERR_AUDIO_FORMAT',
    `${name}: ${detail}. ${SUPPORTED}. For anything else ${CONVERT}. Raw PCM needs its format stated (rate, channels, encoding).`,
  );
}

/** The kind is known, and nothing in it could be played. */
export function damagedSound(name: string, detail: string, cause?: unknown): RequestError {
  return new RequestError('BRIDGE_ERR_AUDIO_FORMAT', `${name}: ${detail}; the file is damaged beyond use`, {
    cause,
  });
}

/** There is a file, or a well-formed header, and no sound in it. */
export function emptySound(name: string): RequestError {
  return new RequestError(
    'BRIDGE_ERR_AUDIO_EMPTY',
    `${name}: holds no sound; give a file with at least one sample`,
  );
}

/** Opening or reading failed below us. */
export function unreadableSound(name: string, cause: unknown): RequestError {
  return new RequestError('BRIDGE_ERR_AUDIO_UNREADABLE', `${name}: cannot be read: ${readingAdvice(cause)}`, {
    cause,
  });
}

/** A request that contradicts itself or has a value out of range. */
export function badRequest(detail: string): RequestError {
  return new RequestError('BRIDGE_ERR_USAGE', detail);
}

/** The errno name of a system error, or ''. */
export function errnoOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

function readingAdvice(cause: unknown): string {
  switch (errnoOf(cause)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'no such file; check the path and the current directory';
    case 'EISDIR':
      return 'it is a directory; name a file in it';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied; make the file readable for the user that runs the bridge';
    case 'EMFILE':
    case 'ENFILE':
      return 'too many files are open; raise the limit or play fewer files at once';
    default:
      return errorText(cause);
  }
}
