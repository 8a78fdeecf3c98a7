import { wavFile } from '../audio/index.js';
import { errorText, RequestError } from '../runtime/index.js';
import { type Asked, answerJson, answerText, HttpRefusal, readJson } from '../server/index.js';
import { answerOf } from './answer.js';
import { hearRecording, isWrongRecording } from './hear-recording.js';
import { FAILED, logFailure } from './log-failure.js';
import { type PopupMessage, readMessage } from './message-body.js';
import { openPopupTalk } from './open-popup-talk.js';
import type { PopupParts } from './popup-parts.js';
import type { AnswerPiece } from './spoken-pieces.js';

/** What is answered. */
interface MessageAnswer {
  readonly answer: string;
  /** A WAV file in base64. */
  readonly audio?: string;
  /** What was recognised, where it was asked for. */
  readonly user?: string;
  readonly emotion?: string;
}

/**
 * `POST /api/message`: a question to its answer, in one request. Who goes away ends the turn.
 *
 * @source The popup chat tutorial, version-1/server.js: bodies and statuses; a failure of ours is a 500 without a body.
 */
export async function answerMessage(asked: Asked, parts: PopupParts): Promise<void> {
  const { response, signal } = asked;
  const message = await readBounded(asked, parts);
  const log: Log = (what, error) => logFailure(parts.logger, message.id, { what, error });
  try {
    const text = await textOf(message, parts, { log, caller: asked.caller, signal });
    const answer = text === '' ? { answer: '' } : await answerTo(text, message, { asked, parts, log });
    if (answer === undefined) fail(asked);
    else answerJson(response, 200, message.isDetailed ? { ...answer, user: text } : answer);
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof HttpRefusal || error instanceof RequestError) throw error;
    if (!(error instanceof Told)) log(FAILED.answer, error);
    fail(asked);
  }
}

/** A failure that was logged where it happened. */
class Told extends Error {}

type Log = (what: string, error: unknown) => void;

/** Bodies hold recordings: all that are here at a time are bounded. */
async function readBounded(asked: Asked, { settings, budget, clock }: PopupParts): Promise<PopupMessage> {
  const { maxBodyBytes: maxBytes } = settings;
  const stated = Number(asked.request.headers['content-length'] ?? Number.NaN);
  const bytes = Math.min(maxBytes, Number.isFinite(stated) && stated >= 0 ? stated : maxBytes);
  if (!budget.take(bytes))
    throw new HttpRefusal(503, 'BRIDGE_ERR_QUEUE_FULL', 'Too much is sent at a time: try again in a moment', {
      'Retry-After': '1',
    });
  try {
    return readMessage(await readJson(asked, { clock, maxBytes }));
  } finally {
    budget.give(bytes);
  }
}

async function textOf(
  { said }: PopupMessage,
  parts: PopupParts,
  { log, caller, signal }: { readonly log: Log } & Pick<Asked, 'caller' | 'signal'>,
): Promise<string> {
  if ('text' in said) return said.text;
  try {
    return await hearRecording(said.recording, { ...parts, ...parts.settings, caller, signal });
  } catch (error) {
    if (isWrongRecording(error)) throw new HttpRefusal(400, 'BRIDGE_ERR_USAGE', errorText(error));
    if (signal.aborted) throw error;
    log(FAILED.hearing, error);
    throw new Told();
  }
}

/** @returns undefined when it failed, which was logged then. */
async function answerTo(
  text: string,
  { id, options, isDetailed }: PopupMessage,
  { asked, parts, log }: { readonly asked: Asked; readonly parts: PopupParts; readonly log: Log },
): Promise<MessageAnswer | undefined> {
  const { sessions, settings } = parts;
  const { caller, signal } = asked;
  const session = openPopupTalk(sessions, { caller, id, options });
  const isSpoken = settings.createAudioOfAnswer && options.voice !== false;
  const pieces: AnswerPiece[] = [];
  const onPiece = (piece: AnswerPiece): void => void pieces.push(piece);
  const letGo = session.hold();
  try {
    const end = await answerOf(session, { sessions, text, isSpoken, signal, onPiece });
    if (end.failure !== undefined) {
      log(FAILED[end.failure.stage], end.failure);
      return undefined;
    }
    const audio = base64Wav(pieces);
    const emotion = pieces.findLast((piece) => piece.emotion !== undefined)?.emotion;
    return {
      answer: end.text,
      ...(audio === undefined ? {} : { audio }),
      ...(isDetailed && emotion !== undefined ? { emotion } : {}),
    };
  } finally {
    letGo();
  }
}

/** @returns undefined where nothing is to be heard. */
function base64Wav(pieces: readonly AnswerPiece[]): string | undefined {
  const sounds = pieces.flatMap(({ sound }) => (sound === undefined ? [] : [sound]));
  const [first] = sounds;
  if (first === undefined) return undefined;
  const file = wavFile(
    sounds.map(({ pcm }) => pcm),
    first.sampleRateHz,
  );
  return Buffer.from(file.buffer).toString('base64');
}

function fail({ response }: Asked): void {
  answerText(response, 500, '', 'text/plain');
}
