import { z } from 'zod';
import { openSound } from '../../audio/index.js';
import { type Asked, answerJson, HttpRefusal, streamBody } from '../../server/index.js';
import type { AvatarPort, AvatarSpeech } from '../avatar-port.js';
import { failureOf } from '../failure.js';
import { LANE_EVENTS } from '../messages-out.js';
import { Lane, LaneIfBusy, LaneMessage, Milliseconds, Phoneme, SpokenText } from '../parts.js';
import { playBody } from './play-body.js';
import { type RestPorts, type Route, route, soundRoute } from './route.js';

const WORDS_BYTES = 256 * 1024;
const name = z.string().min(1).max(200);
const spoken = LANE_EVENTS.speechEnded.omit({ speech: true }).extend({ lane: z.string() });

/** Avatars of the bridge. What is spoken goes on when its asker goes away, but for sound that comes with the request. */
export function laneRoutes(ports: RestPorts): readonly Route[] {
  const { rights, logger } = ports;
  /** @throws {RequestError} BRIDGE_ERR_ACCESS; {HttpRefusal} 404 */
  const laneOf = ({ params, caller }: Asked): readonly [AvatarPort, string] => {
    const lane = params['lane'] ?? '';
    rights.lane(caller, lane);
    return [avatarsOf(ports), lane];
  };
  const answerEnd = async ({ response }: Asked, speech: AvatarSpeech): Promise<void> => {
    const { reason, heardMs, error } = await speech.ended;
    const failure = error === undefined ? {} : { error: failureOf(error, logger) };
    answerJson(response, 200, { lane: speech.lane, reason, heardMs, ...failure });
  };
  return [
    route({
      ...{ method: 'GET', path: '/lanes', need: 'client', name: 'listLanes' },
      summary: 'The avatars that this caller may speak on',
      answer: { status: 200, description: 'All of them', json: z.object({ lanes: z.array(Lane) }) },
      handle: async ({ response, caller }) => {
        const lanes = (await ports.avatars?.lanes()) ?? [];
        answerJson(response, 200, { lanes: rights.known(caller, lanes) });
      },
    }),
    route({
      ...{
        method: 'POST',
        path: '/lanes/:lane/say',
        need: 'client',
        name: 'laneSay',
        costs: 'turn' as const,
      },
      summary: 'An avatar speaks a text; answered when it has ended',
      body: {
        json: z.strictObject({
          text: SpokenText,
          engine: name.optional(),
          voice: name.optional(),
          ifBusy: LaneIfBusy.optional(),
        }),
        maxBytes: WORDS_BYTES,
      },
      answer: { status: 200, description: 'How it ended', json: spoken },
      handle: async (asked, { body: { text, engine, voice, ifBusy } }) => {
        const [avatars, lane] = laneOf(asked);
        await answerEnd(asked, await avatars.say({ lane, text, engine, voice, ifBusy }));
      },
    }),
    soundRoute({
      ...{
        method: 'POST',
        path: '/lanes/:lane/play',
        need: 'client',
        name: 'lanePlay',
        costs: 'turn' as const,
      },
      summary: 'An avatar speaks a sound; answered when it has ended',
      query: z.strictObject({ ifBusy: LaneIfBusy.optional() }),
      body: { sound: 'WAV, MP3, FLAC, Ogg; read as fast as it is spoken' },
      answer: { status: 200, description: 'How it ended', json: spoken },
      handle: async (asked, { query: { ifBusy } }) => {
        const [avatars, lane] = laneOf(asked);
        const sound = await openSound(streamBody(asked, ports), { signal: asked.signal, name: 'the sound' });
        await answerEnd(
          asked,
          await playBody(sound, () => avatars.play({ lane, kind: 'recorded', ifBusy }), asked.signal),
        );
      },
    }),
    route({
      ...{ method: 'POST', path: '/lanes/:lane/interrupt', need: 'client', name: 'laneInterrupt' },
      summary: 'Silence on an avatar, whatever is spoken or waits there',
      answer: { status: 200, description: 'It is silent', json: z.object({}) },
      handle: async (asked) => {
        const [avatars, lane] = laneOf(asked);
        await avatars.interrupt(lane);
        answerJson(asked.response, 200, {});
      },
    }),
    route({
      ...{ method: 'POST', path: '/lanes/:lane/message', need: 'client', name: 'laneMessage' },
      summary: 'One message for MMDAgent-EX',
      body: { json: z.strictObject({ message: LaneMessage }), maxBytes: WORDS_BYTES },
      answer: { status: 200, description: 'It was sent', json: z.object({ lane: z.string() }) },
      handle: async (asked, { body: { message } }) => {
        rights.message(asked.caller, message);
        const [avatars, lane] = laneOf(asked);
        answerJson(asked.response, 200, { lane: await avatars.send(message, lane) });
      },
    }),
    route({
      ...{ method: 'POST', path: '/lanes/:lane/lips', need: 'client', name: 'laneLips' },
      summary: 'Moves a mouth for sound that is heard elsewhere',
      body: {
        json: z.strictObject({
          phonemes: z.array(Phoneme).min(1).max(2000),
          startsInMs: Milliseconds.max(60_000).optional().describe('Default 0'),
        }),
        maxBytes: WORDS_BYTES,
      },
      answer: { status: 200, description: 'It is on its way', json: z.object({ lane: z.string() }) },
      handle: async (asked, { body: { phonemes, startsInMs = 0 } }) => {
        const [avatars, lane] = laneOf(asked);
        answerJson(asked.response, 200, { lane: await avatars.lips({ lane, phonemes, startsInMs }) });
      },
    }),
  ];
}

/** @throws {HttpRefusal} 404 */
function avatarsOf({ avatars }: RestPorts): AvatarPort {
  if (avatars !== undefined) return avatars;
  throw new HttpRefusal(404, 'BRIDGE_ERR_LANE_UNKNOWN', 'No avatar is behind this server');
}
