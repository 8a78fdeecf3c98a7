import { RequestError } from '../runtime/index.js';
import type { SessionQuestion, SessionWish } from './session.js';

const MAX_NAME_CHARS = 128;
const MAX_TEXT_CHARS = 10_000;
const MAX_SAID = 400;
const MAX_IMAGES = 4;
const MAX_IMAGE_BYTES = 4 * 1024 * 1024;
const MAX_PARAMETERS = 32;
const PICTURE = /^data:image\/(?:png|jpe?g|webp|gif);base64,(?=.{4})([A-Za-z0-9+/]*={0,2})$/;
/** First letters of PNG, JPEG, GIF and WebP in base64. */
const KNOWN_STARTS = ['iVBORw', '/9j/', 'R0lGOD', 'UklGR'];

/** @throws {RequestError} BRIDGE_ERR_USAGE */
export function checkWish({ name, user, persona, said = [], instructions, voice }: SessionWish): void {
  if (!isName(name)) throw wrong(`a session's name of 1 to ${MAX_NAME_CHARS} characters`, name);
  if (user !== undefined && !isName(user)) throw wrong(`a user of 1 to ${MAX_NAME_CHARS} characters`, user);
  if (persona !== undefined && !isName(persona)) throw wrong('the name of a persona', persona);
  if (said.length > MAX_SAID) throw wrong(`at most ${MAX_SAID} lines said before`, `${said.length}`);
  if ((instructions ?? '').length > MAX_TEXT_CHARS || said.some(({ text }) => text.length > MAX_TEXT_CHARS))
    throw wrong(`texts of at most ${MAX_TEXT_CHARS} characters`, 'a longer one');
  const { sampleRateHz = 24_000 } = voice.to === 'client' ? voice : {};
  if (!Number.isInteger(sampleRateHz) || sampleRateHz < 8000 || sampleRateHz > 48_000)
    throw wrong('a sample rate of 8000 to 48000 Hz', `${sampleRateHz}`);
}

/** @param allowsLinks - whether pictures may be given by `https:` address. @throws {RequestError} BRIDGE_ERR_USAGE */
export function checkQuestion(question: SessionQuestion, allowsLinks: boolean): void {
  const { text, images = [], context, parameters = {} } = question;
  if (text.length > MAX_TEXT_CHARS)
    throw wrong(`a text of at most ${MAX_TEXT_CHARS} characters`, `${text.length}`);
  if (text.trim() === '' && images.length === 0)
    throw new RequestError('BRIDGE_ERR_TURN_REFUSED', 'A turn needs a text or an image. Give one of them.');
  if (context !== undefined && !isName(context)) throw wrong('a context as a turn told it', context);
  if (images.length > MAX_IMAGES) throw wrong(`at most ${MAX_IMAGES} images`, `${images.length}`);
  for (const image of images) checkPicture(image, allowsLinks);
  const values = Object.entries(parameters);
  if (values.length > MAX_PARAMETERS || values.some(([, value]) => value.length > MAX_TEXT_CHARS))
    throw wrong(`at most ${MAX_PARAMETERS} parameters`, `${values.length}`);
}

/** @throws {RequestError} BRIDGE_ERR_USAGE - what came is wrong; of BRIDGE_ERR_VISION are those that never came. */
export function checkPicture(url: string, allowsLinks: boolean): void {
  if (allowsLinks && /^https:\/\/[^\s"<>\\]{1,2000}$/.test(url)) return;
  const letters = PICTURE.exec(url)?.[1];
  if (letters === undefined || !KNOWN_STARTS.some((start) => letters.startsWith(start)))
    throw new RequestError(
      'BRIDGE_ERR_USAGE',
      'Expected a picture (PNG, JPEG, WebP or GIF) as data URL: data:image/jpeg;base64,…',
    );
  if ((letters.length * 3) / 4 > MAX_IMAGE_BYTES)
    throw new RequestError('BRIDGE_ERR_USAGE', 'Expected a picture of at most 4 MiB: make it smaller');
}

/** What names something: no control characters, for it is shown and logged. */
function isName(text: string): boolean {
  return text.length > 0 && text.length <= MAX_NAME_CHARS && !/\p{Cc}/u.test(text) && text.trim() !== '';
}

function wrong(expected: string, got: string): RequestError {
  return new RequestError(
    'BRIDGE_ERR_USAGE',
    `Expected ${expected}, got ${JSON.stringify(got.slice(0, 40))}`,
  );
}
