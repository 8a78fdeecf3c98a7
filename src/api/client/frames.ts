import type { ErrorFrame, GapFrame, ResultFrame, Welcome } from '../messages-out.js';

/** A text frame of the server, as far as everybody must know it. Others than the connection's are events. */
export type ServerFrame =
  | Welcome
  | ResultFrame
  | ErrorFrame
  | GapFrame
  | ({ readonly type: string; readonly seq: number; readonly channel?: number } & Readonly<
      Record<string, unknown>
    >);

/** @returns undefined for what no server of ours sends: it is ignored. */
export function readFrame(text: string): ServerFrame | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || typeof value['type'] !== 'string') return undefined;
  if (value['type'] === 'welcome')
    return typeof value['connection'] === 'string' && typeof value['token'] === 'string'
      ? (value as unknown as Welcome)
      : undefined;
  return typeof value['seq'] === 'number' ? (value as unknown as ServerFrame) : undefined;
}

export function isWelcome(frame: ServerFrame): frame is Welcome {
  return frame.type === 'welcome';
}

export function isResult(frame: ServerFrame): frame is ResultFrame {
  return frame.type === 'result' && 'id' in frame && isRecord(frame.result);
}

/** Of a request. One without `id` tells a frame that was none. */
export function isError(frame: ServerFrame): frame is ErrorFrame {
  return frame.type === 'error' && 'error' in frame && isRecord(frame.error);
}

export function isGap(frame: ServerFrame): frame is GapFrame {
  return frame.type === 'gap' && 'sessions' in frame && Array.isArray(frame.sessions);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
