import type { IncomingMessage } from 'node:http';
import type { Clock } from '../runtime/index.js';
import { HttpRefusal } from './http-answer.js';
import { type JsonBodyOptions, readJsonBody } from './json-body.js';
import type { TalkPicture, TalkQuestion } from './talk-port.js';

export interface TalkBodyOptions {
  readonly clock: Clock;
  readonly idleMs: number;
}

const MAX_TEXT_CHARS = 10_000;
const MAX_REASON_CHARS = 500;
const MAX_ID_CHARS = 64;
const MAX_PICTURE_BYTES = 4 * 1024 * 1024;
/** Base64 takes a third more; the rest is text and JSON. */
const MAX_BODY_BYTES = Math.ceil((MAX_PICTURE_BYTES * 4) / 3) + 64 * 1024;
const PICTURE = /^data:image\/(?:png|jpeg|webp|gif);base64,(?=.{4})([A-Za-z0-9+/]*={0,2})$/;
/** First letters of PNG, JPEG, GIF and WebP in base64. */
const KNOWN_STARTS = ['iVBORw', '/9j/', 'R0lGOD', 'UklGR'];

/** @throws {HttpRefusal} 400, 413 */
export async function readQuestion(request: IncomingMessage, how: TalkBodyOptions): Promise<TalkQuestion> {
  const { text, image, id } = await readJsonBody(request, {
    ...limits(how),
    wrong: wrongQuestion,
  });
  if (typeof text !== 'string' || !(image === undefined || typeof image === 'string')) throw wrongQuestion();
  if (text.length > MAX_TEXT_CHARS)
    throw new HttpRefusal(413, 'BRIDGE_ERR_USAGE', `Expected a text of at most ${MAX_TEXT_CHARS} characters`);
  if (image !== undefined) checkPicture(image);
  if (text.trim() === '' && image === undefined) throw wrongQuestion();
  if (id === undefined) return { text, image };
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID_CHARS) throw wrongQuestion();
  return { text, image, id };
}

/** @throws {HttpRefusal} 400, 413 */
export async function readPicture(request: IncomingMessage, how: TalkBodyOptions): Promise<TalkPicture> {
  const { id, image, refused } = await readJsonBody(request, { ...limits(how), wrong: wrongPicture });
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID_CHARS) throw wrongPicture();
  if (typeof image === 'string' && refused === undefined) {
    checkPicture(image);
    return { id, image };
  }
  if (typeof refused !== 'string' || image !== undefined) throw wrongPicture();
  return { id, refused: refused.slice(0, MAX_REASON_CHARS) };
}

function limits({ clock, idleMs }: TalkBodyOptions): Omit<JsonBodyOptions, 'wrong'> {
  return { clock, idleMs, maxBytes: MAX_BODY_BYTES, tooLarge };
}

function checkPicture(url: string): void {
  const letters = PICTURE.exec(url)?.[1];
  if (letters === undefined || !KNOWN_STARTS.some((start) => letters.startsWith(start)))
    throw new HttpRefusal(
      400,
      'BRIDGE_ERR_VISION',
      'Expected a picture (PNG, JPEG, WebP or GIF) as data URL: data:image/jpeg;base64,…',
    );
  if ((letters.length * 3) / 4 > MAX_PICTURE_BYTES) throw tooLarge();
}

function tooLarge(): HttpRefusal {
  return new HttpRefusal(413, 'BRIDGE_ERR_VISION', 'Expected a picture of at most 4 MiB: make it smaller');
}

function wrongQuestion(): HttpRefusal {
  return new HttpRefusal(
    400,
    'BRIDGE_ERR_USAGE',
    'Expected JSON such as {"text": "Hello"}, with "image": "data:image/jpeg;base64,…" for a picture, and an "id" of 1 to 64 characters if you want to know its turn by it',
  );
}

function wrongPicture(): HttpRefusal {
  return new HttpRefusal(
    400,
    'BRIDGE_ERR_USAGE',
    'Expected JSON such as {"id": "…", "image": "data:image/jpeg;base64,…"} or {"id": "…", "refused": "why"}',
  );
}
