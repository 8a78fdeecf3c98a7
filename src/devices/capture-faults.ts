import { ESCAPES } from '../programs/index.js';
import { assertNever, DeviceError, type ErrorCode } from '../runtime/index.js';
import type { CaptureBackend, FaultPattern } from './capture-backend.js';
import type { RecorderEnd } from './capture-recorder.js';
import { installHint } from './sound-tools.js';

/** What went wrong with a recorder before there is a message for it. */
export type CaptureFault =
  | { readonly kind: 'ended'; readonly end: RecorderEnd }
  | { readonly kind: 'alarm'; readonly code: ErrorCode; readonly line: string }
  | { readonly kind: 'stalled'; readonly forMs: number; readonly stderr: string }
  | { readonly kind: 'flood'; readonly stderr: string };

export interface FaultContext {
  readonly backend: CaptureBackend;
  readonly platform: NodeJS.Platform;
  readonly device: string | undefined;
  /** Sound came before. */
  readonly hadSound: boolean;
}

const MAX_QUOTE_CHARS = 200;
/** A sound server's clients say this when there is none. */
const NO_SERVER = /Connection refused|Host is down/;
const START_SERVER = 'no sound server answers: start PulseAudio or PipeWire, or use another --input-backend';
/** What setpriv and stdbuf say and end with when the program that they are to become is missing. */
const NOT_FOUND_CODE = 127;
const NOT_RUN = /^(setpriv|stdbuf|\/\S*(setpriv|stdbuf)): failed to (execute|run)/m;

const REMEDIES: Partial<Readonly<Record<ErrorCode, string>>> = {
  BRIDGE_ERR_DEVICE_UNKNOWN: '`mmdagent-bridge devices` lists what there is',
  BRIDGE_ERR_DEVICE_BUSY: 'close the other program, or choose another microphone with --input-device',
  BRIDGE_ERR_DEVICE_LOST: 'plug it in again: recording goes on by itself',
  BRIDGE_ERR_DEVICE_RATE: 'choose another backend (--input-backend), one that converts rates',
};

/** Turns what was seen of a recorder into the error for it: what happened, what the program said, what to do. */
export function captureError(fault: CaptureFault, context: FaultContext): DeviceError {
  switch (fault.kind) {
    case 'ended':
      return endedError(fault.end, context);
    case 'alarm':
      return deviceError(fault.code, what(fault.code, context), fault.line, context);
    case 'stalled': {
      const seconds = Math.round(fault.forMs / 100) / 10;
      const happened = `gave no sound for ${seconds} s and was ended`;
      return deviceError('BRIDGE_ERR_DEVICE_STALLED', happened, fault.stderr, context);
    }
    case 'flood':
      return deviceError(
        'BRIDGE_ERR_DEVICE_FLOOD',
        'wrote errors without end and was ended',
        fault.stderr,
        context,
      );
    default:
      return assertNever(fault);
  }
}

function endedError(end: RecorderEnd, context: FaultContext): DeviceError {
  const { backend, platform } = context;
  if (end.startError !== undefined) {
    const code = isMissing(end.startError) ? 'BRIDGE_ERR_DEVICE_TOOL' : 'BRIDGE_ERR_DEVICE_FAILED';
    const hint = code === 'BRIDGE_ERR_DEVICE_TOOL' ? `; ${installHint(backend.program, platform)}` : '';
    return new DeviceError(
      code,
      `${backend.program} could not be started (${end.startError.message})${hint}`,
      { cause: end.startError },
    );
  }
  if (end.code === NOT_FOUND_CODE && NOT_RUN.test(end.stderr)) {
    const happened = `is not installed any more; ${installHint(backend.program, platform)}`;
    return deviceError('BRIDGE_ERR_DEVICE_TOOL', happened, end.stderr, context);
  }
  const found = matchFault(backend.faults, end.stderr);
  // What was there and is unknown now has been unplugged.
  const code = found === 'BRIDGE_ERR_DEVICE_UNKNOWN' && context.hadSound ? 'BRIDGE_ERR_DEVICE_LOST' : found;
  if (code !== undefined) return deviceError(code, what(code, context), end.stderr, context);
  if (end.signal !== null) {
    return deviceError('BRIDGE_ERR_DEVICE_ENDED', `was ended by ${end.signal}`, end.stderr, context);
  }
  const happened = `ended by itself with code ${end.code}`;
  const isComplaint = end.code !== 0 && end.stderr !== '';
  return deviceError(
    isComplaint ? 'BRIDGE_ERR_DEVICE_FAILED' : 'BRIDGE_ERR_DEVICE_ENDED',
    happened,
    end.stderr,
    context,
  );
}

/** The first pattern that fits, in the order of the table. */
export function matchFault(faults: readonly FaultPattern[], text: string): ErrorCode | undefined {
  return faults.find(({ pattern }) => pattern.test(text))?.code;
}

function what(code: ErrorCode, { device }: FaultContext): string {
  const name = device === undefined ? 'the default microphone' : `the microphone '${device}'`;
  switch (code) {
    case 'BRIDGE_ERR_DEVICE_UNKNOWN':
      return device === undefined ? 'found no microphone' : `knows no microphone '${device}'`;
    case 'BRIDGE_ERR_DEVICE_BUSY':
      return `could not open ${name}: another program holds it`;
    case 'BRIDGE_ERR_DEVICE_LOST':
      return `lost ${name}`;
    case 'BRIDGE_ERR_DEVICE_RATE':
      return `could not record ${name} at 16000 Hz`;
    default:
      return `could not record ${name}`;
  }
}

function deviceError(
  code: ErrorCode,
  happened: string,
  stderr: string,
  { backend }: FaultContext,
): DeviceError {
  const said = lastWords(stderr);
  const quote = said === '' ? '' : ` ("${said}")`;
  const remedy = NO_SERVER.test(said) ? START_SERVER : REMEDIES[code];
  const advice = remedy === undefined ? '' : `; ${remedy}`;
  return new DeviceError(code, `${backend.name} ${happened}${quote}${advice}`, { retryable: true });
}

/** The last line, which is mostly why a program gave up; those before it are its own inner steps. */
function lastWords(stderr: string): string {
  const plain = stderr.replace(ESCAPES, '').replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
  const lines = plain.split('\n').map((line) => line.trim());
  const last = lines.findLast((line) => line !== '') ?? '';
  return last.length > MAX_QUOTE_CHARS ? `${last.slice(0, MAX_QUOTE_CHARS)}…` : last;
}

function isMissing(error: Error): boolean {
  return 'code' in error && error.code === 'ENOENT';
}
