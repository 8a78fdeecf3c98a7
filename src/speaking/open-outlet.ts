import type { BridgeClient } from '../client/index.js';
import type { IfBusy, LaneStatus, SoundMode, StreamKind, TieParams } from '../control/index.js';
import { DEFAULT_LIP_TABLE, type LipTable } from '../lipsync/index.js';
import { type Clock, orAborted, RequestError } from '../runtime/index.js';
import { chooseLips, type LipsChoice, type LipsKnowledge, type LipsWay } from './choose-lips.js';
import { LocalOutlet, type OpenLocalPlayback } from './local-outlet.js';
import type { Outlet, SpeakingListener } from './outlet.js';
import { StreamedOutlet } from './streamed-outlet.js';

export interface OpenOutletOptions extends SpeakingListener {
  readonly clock: Clock;
  /** See `chooseLips`. @default 'auto' */
  readonly lips?: LipsChoice | undefined;
  /** What is known of what comes: decides what `auto` is. */
  readonly knows: LipsKnowledge;
  /** Of a model whose lip.txt was changed: `parseLipTable`. @default MMDAgent-EX's own */
  readonly table?: LipTable | undefined;
  readonly model?: string | undefined;
  readonly mode?: SoundMode | undefined;
  readonly leadMs?: number | undefined;
  readonly ifBusy?: IfBusy | undefined;
  /** How long the avatar may stay not ready, milliseconds; left out: the daemon's setting, and 30000 for `local`. */
  readonly readyTimeoutMs?: number | undefined;
  /** For `local`: opens the loudspeaker. */
  readonly openPlayback?: OpenLocalPlayback | undefined;
  /** For `local`: lips later than calculated, milliseconds. @default 0 */
  readonly offsetMs?: number | undefined;
  /** `live`: it comes in real time and is passed on as it comes. @default 'recorded' */
  readonly kind?: StreamKind | undefined;
  /**
   * Messages that act when their position in the sound is heard; streamed only. If there is a LIPSYNC_START among them, they alone
   * move the mouth.
   */
  readonly ties?: readonly Omit<TieParams, 'stream'>[] | undefined;
}

const READY_TIMEOUT_MS = 30_000;

/**
 * Opens the way to an avatar, before there is any sound.
 *
 * @param name - of the lane; undefined: the only one.
 * @param signal - ends the wait; what opens all the same is the caller's to interrupt.
 * @throws {BridgeError} BRIDGE_ERR_LANE_UNKNOWN, BRIDGE_ERR_LANE_BUSY, BRIDGE_ERR_LANE_NOT_READY, BRIDGE_ERR_LINK_UNSUPPORTED,
 *   BRIDGE_ERR_MESSAGE_ARGUMENT (the model's alias), BRIDGE_ERR_DAEMON_UNREACHABLE; the reason of the signal.
 */
export async function openOutlet(
  client: BridgeClient,
  name: string | undefined,
  options: OpenOutletOptions,
  signal: AbortSignal,
): Promise<{ readonly outlet: Outlet; readonly way: LipsWay }> {
  const { knows, lips = 'auto', table = DEFAULT_LIP_TABLE } = options;
  const known = await orAborted(laneOf(client, name), signal);
  // A lane that is not known is refused by the daemon, which knows what to say.
  const situation = { knows, carriesSound: known?.carriesSound ?? true, lane: known?.lane ?? name ?? '' };
  const way = chooseLips(lips, situation);
  const model = options.model ?? known?.model ?? '0';
  const outlet =
    way === 'local'
      ? await LocalOutlet.open(localOptions(client, name, options, table), signal)
      : await StreamedOutlet.open({
          ...options,
          client,
          table,
          model,
          lips: way,
          ties: options.ties ?? [],
          params: { kind: options.kind ?? 'recorded', ...given({ lane: name }), ...given(pickOpen(options)) },
        });
  return { outlet, way };
}

function localOptions(
  client: BridgeClient,
  lane: string | undefined,
  options: OpenOutletOptions,
  table: LipTable,
) {
  const { openPlayback, model, offsetMs = 0, readyTimeoutMs = READY_TIMEOUT_MS } = options;
  if (openPlayback === undefined) {
    throw new RequestError(
      'BRIDGE_ERR_LINK_UNSUPPORTED',
      'Expected a loudspeaker of this machine for lips "local", got none: this side cannot play sound',
    );
  }
  return { ...options, client, lane, model, offsetMs, readyTimeoutMs, table, openPlayback };
}

function pickOpen({ model, mode, leadMs, ifBusy, readyTimeoutMs }: OpenOutletOptions) {
  return { model, mode, leadMs, ifBusy, readyTimeoutMs };
}

type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what is undefined. */
function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}

/** What the daemon knows of the lane that is meant; undefined where it must say what is wrong. */
export async function laneOf(
  client: BridgeClient,
  name: string | undefined,
): Promise<LaneStatus | undefined> {
  const { lanes } = await client.request('status', {});
  if (name !== undefined) return lanes.find(({ lane }) => lane === name);
  const sounding = lanes.filter(({ carriesSound }) => carriesSound);
  if (sounding.length === 1) return sounding[0];
  return lanes.length === 1 ? lanes[0] : undefined;
}
