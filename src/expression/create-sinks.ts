import { BrowserFace } from './browser-face.js';
import { createConsoleSink } from './console-sink.js';
import type { ExpressionSink } from './cue.js';
import { type JoinPorts, joinSinks } from './join-sinks.js';
import { createPeerSink, type PeerSink, type PeerSinkPorts } from './peer-sink.js';
import type { ExpressionSettings } from './settings.js';
import { createVrchatSink, type VrchatPorts } from './vrchat-sink.js';

export interface SinkPorts extends JoinPorts {
  /** To the avatar; left out: no messages, whatever the settings say. */
  readonly send?: PeerSinkPorts['send'] | undefined;
  /** Alias of the avatar's model, where the settings name none. @default '0' */
  readonly model?: string | undefined;
  /** To the terminal; left out: none. */
  readonly write?: ((line: string) => void) | undefined;
  readonly openUdp?: VrchatPorts['open'];
  /** Of the user's own. */
  readonly more?: readonly ExpressionSink[] | undefined;
}

export interface Sinks {
  /** All of them as one. */
  readonly sink: ExpressionSink;
  /** For the choices of questions on the screen; undefined: there is no avatar. */
  readonly peer: PeerSink | undefined;
  /** For pages; always there. */
  readonly face: BrowserFace;
}

/** The sinks that the settings name. */
export function createSinks(settings: ExpressionSettings, ports: SinkPorts): Sinks {
  const { clock, logger, send, write, model } = ports;
  const face = new BrowserFace(clock, settings.peer?.durationMs);
  const peer =
    settings.peer === undefined || send === undefined
      ? undefined
      : createPeerSink({ ...settings.peer, model: settings.peer.model ?? model }, { send, clock, logger });
  const sinks: ExpressionSink[] = [face, ...(peer === undefined ? [] : [peer])];
  if (settings.vrchat !== undefined)
    sinks.push(createVrchatSink(settings.vrchat, { clock, logger, open: ports.openUdp }));
  if (settings.console && write !== undefined) sinks.push(createConsoleSink({ clock, write }));
  return { sink: joinSinks([...sinks, ...(ports.more ?? [])], ports), peer, face };
}
