import { RequestError } from '../runtime/index.js';
import type { AvatarPort } from './avatar-port.js';
import type { ApiConnection } from './connection.js';
import { malformed } from './failure.js';
import { REQUESTS, type RequestName, type RequestParams, type RequestResult } from './messages-in.js';
import { linesOf, listed } from './session-view.js';
import { wishOf } from './session-wish.js';

type Handlers = {
  readonly [Name in RequestName]: (
    connection: ApiConnection,
    params: RequestParams<Name>,
  ) => RequestResult<Name> | Promise<RequestResult<Name>>;
};

/** What each request does. One that answers at once does so before anything else can be told. */
const HANDLERS: Handlers = {
  open: (connection, wish) => {
    const { sessions, rights, newToken } = connection.ports;
    const { caller } = connection;
    const session = sessions.open(wishOf(wish, { caller, rights, newToken, voice: { to: 'client' } }));
    return connection.openChannel(session).state;
  },
  attach: (connection, { session: id, isWatching = false }) => {
    const session = connection.ports.sessions.byId(connection.caller, id);
    if (session === undefined) throw unknownSession();
    return connection.openChannel(session, isWatching).state;
  },
  ask: async (connection, { channel: number, ...question }) => {
    const channel = connection.channel(number);
    const asked = await channel.session.ask(question);
    channel.asked(asked);
    return { turn: asked.turn };
  },
  say: async (connection, { channel: number, text, ifBusy }) => {
    const channel = connection.channel(number);
    const asked = await channel.session.say(text, { ifBusy });
    channel.asked(asked);
    return { turn: asked.turn };
  },
  greet: async (connection, { channel: number }) => {
    const channel = connection.channel(number);
    const asked = await channel.session.greet();
    if (asked === undefined) return {};
    channel.asked(asked);
    return { turn: asked.turn };
  },
  cancel: (connection, { channel, turn }) => {
    connection.channel(channel).cancel(turn);
    return {};
  },
  interrupt: (connection, { channel }) => {
    connection.channel(channel).session.interrupt();
    return {};
  },
  press: (connection, { channel }) => {
    connection.channel(channel).session.press();
    return {};
  },
  release: (connection, { channel }) => {
    connection.channel(channel).session.release();
    return {};
  },
  endOfSpeech: (connection, { channel }) => {
    connection.channel(channel).session.endOfSpeech();
    return {};
  },
  forget: async (connection, { channel }) => {
    await connection.channel(channel).session.forget();
    return {};
  },
  takeOver: (connection, { channel }) => {
    connection.ports.rights.operating(connection.caller);
    connection.channel(channel).session.takeOver();
    return {};
  },
  handBack: (connection, { channel }) => {
    connection.ports.rights.operating(connection.caller);
    connection.channel(channel).session.handBack();
    return {};
  },
  give: (connection, { channel, picture, image, refused = '' }) => {
    const { session } = connection.channel(channel);
    session.give(picture, image === undefined ? { refused } : { image });
    return {};
  },
  tune: (connection, { channel, ...tuning }) => {
    connection.channel(channel).session.tune(tuning);
    return {};
  },
  messages: (connection, { channel }) => ({ messages: linesOf(connection.channel(channel).session) }),
  leave: (connection, { channel }) => {
    connection.leaveChannel(channel);
    return {};
  },
  close: async (connection, { channel }) => {
    await connection.channel(channel).session.close();
    return {};
  },
  list: ({ ports, caller }) => ({ sessions: ports.sessions.list(caller).map(listed) }),
  personas: ({ ports }) => ({ personas: [...ports.sessions.personas] }),
  ping: () => ({}),
  lanes: async ({ ports, caller }) => ({
    lanes: [...ports.rights.known(caller, (await ports.avatars?.lanes()) ?? [])],
  }),
  laneSay: (connection, { lane, text, engine, voice, ifBusy }) => {
    const [avatars, meant] = laneOf(connection, lane);
    return connection.speeches.open(() => avatars.say({ lane: meant, text, engine, voice, ifBusy }));
  },
  lanePlay: (connection, { lane, kind = 'recorded', ifBusy }) => {
    const [avatars, meant] = laneOf(connection, lane);
    return connection.speeches.open(() => avatars.play({ lane: meant, kind, ifBusy }));
  },
  laneEnd: (connection, { speech }) => {
    connection.speeches.end(speech);
    return {};
  },
  laneStop: (connection, { speech }) => {
    connection.speeches.stop(speech);
    return {};
  },
  laneInterrupt: async (connection, { lane }) => {
    const [avatars, meant] = laneOf(connection, lane);
    await avatars.interrupt(meant);
    return {};
  },
  laneMessage: async (connection, { lane, message }) => {
    connection.ports.rights.message(connection.caller, message);
    const [avatars, meant] = laneOf(connection, lane);
    return { lane: await avatars.send(message, meant) };
  },
  laneLips: async (connection, { lane, phonemes, startsInMs = 0 }) => {
    const [avatars, meant] = laneOf(connection, lane);
    return { lane: await avatars.lips({ lane: meant, phonemes, startsInMs }) };
  },
  watchLanes: (connection, { isWatched }) => {
    connection.watchLanes(isWatched);
    return {};
  },
};

/** Those that say something to or by an avatar, which costs more than a request. */
const TURNS: ReadonlySet<RequestName> = new Set(['ask', 'say', 'greet', 'laneSay', 'lanePlay']);

export function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(REQUESTS, name);
}

/** @throws {ProtocolError} BRIDGE_ERR_CONTROL_PROTOCOL - its parameters are wrong; {BridgeError} what it was refused for. */
export function handleRequest<Name extends RequestName>(
  connection: ApiConnection,
  name: Name,
  params: unknown,
): object | Promise<object> {
  const parsed = REQUESTS[name].params.safeParse(params);
  if (!parsed.success) throw malformed(`Request ${name}: ${faultOf(parsed.error.issues)}`);
  if (TURNS.has(name)) connection.spendTurn?.();
  return HANDLERS[name](connection, parsed.data as RequestParams<Name>);
}

/** Where the first fault is, and what was expected: nothing of what came, but names of ours. */
export function faultOf(
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): string {
  const [issue] = issues;
  if (issue === undefined) return 'not understood';
  const place = issue.path.map(String).join('.').slice(0, 100);
  return `${place === '' ? '' : `${place}: `}${issue.message.slice(0, 200)}`;
}

function laneOf(
  { ports, caller }: ApiConnection,
  lane: string | undefined,
): readonly [AvatarPort, string | undefined] {
  const meant = ports.rights.lane(caller, lane);
  if (ports.avatars === undefined)
    throw new RequestError('BRIDGE_ERR_LANE_UNKNOWN', 'No avatar is behind this server');
  return [ports.avatars, meant];
}

export function unknownSession(): RequestError {
  return new RequestError('BRIDGE_ERR_TALK_UNKNOWN', 'Expected the number of an open session of this caller');
}
