import { z } from 'zod';
import { type Asked, answerJson, HttpRefusal } from '../../server/index.js';
import type { AskedTurn, Session } from '../../sessions/index.js';
import { SESSION_EVENTS } from '../messages-out.js';
import {
  GivenPicture,
  IfBusy,
  isPictureOrRefusal,
  Line,
  OpenWish,
  PICTURE_OR_REFUSAL,
  Question,
  SessionFacts,
  SessionState,
  SpokenText,
} from '../parts.js';
import { linesOf, listed, stateOf } from '../session-view.js';
import { wishOf } from '../session-wish.js';
import { followTurn } from './follow-turn.js';
import { type RestPorts, type Route, route } from './route.js';

/** Four pictures in base64, and the words around them. */
const ASK_BYTES = 24 * 1024 * 1024;
const WORDS_BYTES = 256 * 1024;
/** What was said before may be long. */
const OPEN_BYTES = 8 * 1024 * 1024;

const ended = SESSION_EVENTS.ended;
const following = [
  {
    type: 'text/event-stream',
    description:
      'With Accept: text/event-stream: the events of the turn as they happen, `ended` last; event: its type, data: its fields',
  },
];
const follow = z.strictObject({
  sound: z
    .enum(['base64'])
    .optional()
    .describe('Sound of the reply as events `sound`, of a session whose voice goes to the client'),
});

/** Conversations. A turn ends when nobody waits for its answer any more. */
export function sessionRoutes(ports: RestPorts): readonly Route[] {
  const { sessions, rights, newToken } = ports;
  const sessionOf = ({ params, caller }: Asked): Session => {
    const session = sessions.byId(caller, params['id'] ?? '');
    if (session !== undefined) return session;
    throw new HttpRefusal(
      404,
      'BRIDGE_ERR_TALK_UNKNOWN',
      'Expected the number of an open session of this caller',
    );
  };
  const turnOf = (
    asked: Asked,
    ask: (session: Session) => Promise<AskedTurn>,
    hasSound: boolean,
  ): Promise<void> => followTurn(asked, { session: sessionOf(asked), ask, hasSound });
  return [
    route({
      ...{ method: 'POST', path: '/sessions', need: 'visitor', name: 'openSession' },
      summary: 'Opens a session; one of that name of this caller goes on',
      body: { json: OpenWish, maxBytes: OPEN_BYTES, isOptional: true },
      answer: { status: 201, description: 'How it stands', json: SessionState },
      handle: ({ response, caller }, { body }) => {
        const session = sessions.open(wishOf(body, { caller, rights, newToken, voice: { to: 'nobody' } }));
        answerJson(response, 201, stateOf(session));
      },
    }),
    route({
      ...{ method: 'GET', path: '/sessions', need: 'visitor', name: 'listSessions' },
      summary: 'The sessions of this caller; all, for an operator',
      answer: {
        status: 200,
        description: 'All of them',
        json: z.object({ sessions: z.array(SessionFacts) }),
      },
      handle: ({ response, caller }) =>
        answerJson(response, 200, { sessions: sessions.list(caller).map(listed) }),
    }),
    route({
      ...{ method: 'GET', path: '/sessions/:id', need: 'visitor', name: 'getSession' },
      summary: 'How a session stands',
      answer: { status: 200, description: 'Its state', json: SessionState },
      handle: (asked) => answerJson(asked.response, 200, stateOf(sessionOf(asked))),
    }),
    route({
      ...{ method: 'DELETE', path: '/sessions/:id', need: 'visitor', name: 'closeSession' },
      summary: 'Ends a session',
      answer: { status: 200, description: 'It has ended', json: z.object({}) },
      handle: async (asked) => {
        await sessionOf(asked).close();
        answerJson(asked.response, 200, {});
      },
    }),
    route({
      ...{ method: 'GET', path: '/sessions/:id/messages', need: 'visitor', name: 'getMessages' },
      summary: 'What was said',
      answer: { status: 200, description: 'All lines', json: z.object({ messages: z.array(Line) }) },
      handle: (asked) => answerJson(asked.response, 200, { messages: linesOf(sessionOf(asked)) }),
    }),
    route({
      ...{ method: 'POST', path: '/sessions/:id/ask', need: 'visitor', name: 'ask', costs: 'turn' as const },
      summary: 'Asks something; answered when the turn has ended, or as it goes',
      query: follow,
      body: { json: Question, maxBytes: ASK_BYTES },
      answer: { status: 200, description: 'How the turn ended', json: ended, media: following },
      handle: (asked, { body, query }) =>
        turnOf(asked, (session) => session.ask(body), query.sound !== undefined),
    }),
    route({
      ...{ method: 'POST', path: '/sessions/:id/say', need: 'visitor', name: 'say', costs: 'turn' as const },
      summary: 'The avatar says this; nothing is asked of the model',
      query: follow,
      body: { json: z.strictObject({ text: SpokenText, ifBusy: IfBusy.optional() }), maxBytes: WORDS_BYTES },
      answer: { status: 200, description: 'How the turn ended', json: ended, media: following },
      handle: (asked, { body: { text, ifBusy }, query }) =>
        turnOf(asked, (session) => session.say(text, { ifBusy }), query.sound !== undefined),
    }),
    route({
      ...{ method: 'POST', path: '/sessions/:id/interrupt', need: 'visitor', name: 'interrupt' },
      summary: 'Ends the turn under way, and what waits',
      answer: { status: 200, description: 'It is silent', json: z.object({}) },
      handle: (asked) => {
        sessionOf(asked).interrupt();
        answerJson(asked.response, 200, {});
      },
    }),
    route({
      ...{ method: 'POST', path: '/sessions/:id/takeOver', need: 'operator', name: 'takeOver' },
      summary: 'What `say` says is the reply from now on, and no model is asked',
      answer: { status: 200, description: 'It is so', json: z.object({}) },
      handle: (asked) => {
        sessionOf(asked).takeOver();
        answerJson(asked.response, 200, {});
      },
    }),
    route({
      ...{ method: 'POST', path: '/sessions/:id/handBack', need: 'operator', name: 'handBack' },
      summary: 'The model answers again',
      answer: { status: 200, description: 'It is so', json: z.object({}) },
      handle: (asked) => {
        sessionOf(asked).handBack();
        answerJson(asked.response, 200, {});
      },
    }),
    route({
      ...{ method: 'POST', path: '/sessions/:id/forget', need: 'visitor', name: 'forget' },
      summary: 'Throws away everything that was said',
      answer: { status: 200, description: 'It is forgotten', json: z.object({}) },
      handle: async (asked) => {
        await sessionOf(asked).forget();
        answerJson(asked.response, 200, {});
      },
    }),
    route({
      ...{ method: 'POST', path: '/sessions/:id/picture', need: 'visitor', name: 'givePicture' },
      summary: 'The answer to the event `vision`',
      body: {
        json: GivenPicture.refine(isPictureOrRefusal, PICTURE_OR_REFUSAL),
        maxBytes: 6 * 1024 * 1024,
      },
      answer: { status: 200, description: 'It was taken', json: z.object({}) },
      handle: (asked, { body: { picture, image, refused = '' } }) => {
        sessionOf(asked).give(picture, image === undefined ? { refused } : { image });
        answerJson(asked.response, 200, {});
      },
    }),
  ];
}
