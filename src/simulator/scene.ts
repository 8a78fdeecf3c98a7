import type { Clock, Timer } from '../runtime/index.js';
import type { MouthMorph } from './face-drive.js';
import type { Mouth } from './mouth.js';
import type { Program } from './program.js';

export interface SceneOptions {
  readonly clock: Clock;
  readonly program: Program;
  readonly mouth: Mouth;
  /** Load time of models that no option describes, ms. */
  readonly loadMs: (alias: string) => number;
  readonly morphs: readonly string[];
}

type Handler = (args: readonly string[]) => void;

/** How long a real movement takes here; the facts give none, only that a probe of 0,0,0 ends in the same frame. */
const MOVEMENT_MS = 1000;
const MAX_MODELS = 100;
const MOUTH_MORPHS: ReadonlyMap<string, MouthMorph> = new Map([
  ['あ', 'a'],
  ['い', 'i'],
  ['う', 'u'],
  ['お', 'o'],
]);

/** Models, their movements, motions and faces: the messages that need a loaded model to be answered [peer-facts-2 1]. */
export class Scene {
  readonly #options: SceneOptions;
  readonly #models = new Set<string>();
  readonly #movements = new Map<string, Timer>();
  readonly #handlers: ReadonlyMap<string, Handler>;

  constructor(options: SceneOptions) {
    this.#options = options;
    this.#handlers = new Map<string, Handler>([
      ['MODEL_ADD', (args) => this.#addModel(args)],
      ['MODEL_DELETE', (args) => this.#deleteModel(args)],
      ['MODEL_BINDFACE', (args) => this.#bindFace(args)],
      ['MODEL_UNBINDFACE', (args) => this.#unbindFace(args)],
      ['MODEL_UNBINDBONE', ([alias, bone]) => this.#reply(alias, bone, 'MODEL_EVENT_UNBINDBONE')],
      ['KEYVALUE_SET', (args) => this.#setKey(args)],
      ['LIPSYNC_START', (args) => this.#startLipSync(args)],
      ['LIPSYNC_STOP', (args) => this.#stopLipSync(args)],
      [
        'MOTION_ADD',
        ([alias, name, file]) => file !== undefined && this.#reply(alias, name, 'MOTION_EVENT_ADD'),
      ],
      ['MOTION_DELETE', ([alias, name]) => this.#reply(alias, name, 'MOTION_EVENT_DELETE')],
      ['MOVE_START', (args) => this.#move('MOVE', args)],
      ['ROTATE_START', (args) => this.#move('ROTATE', args)],
      ['TURN_START', (args) => this.#move('TURN', args)],
    ]);
  }

  hasModel(alias: string): boolean {
    return this.#models.has(alias);
  }

  /** Executes a message if it is one of the scene's. */
  handle(type: string, args: readonly string[]): void {
    this.#handlers.get(type)?.(args);
  }

  /** The phoneme motion ran out on this frame. */
  endLipSync(): void {
    const [alias] = this.#models;
    if (alias !== undefined) this.#options.program.post(`LIPSYNC_EVENT_STOP|${this.#lipAlias ?? alias}`);
  }

  #lipAlias: string | undefined;

  #addModel([alias, file]: readonly string[]): void {
    if (
      alias === undefined ||
      file === undefined ||
      this.#models.has(alias) ||
      this.#models.size >= MAX_MODELS
    )
      return;
    this.#options.program.freeze(this.#options.loadMs(alias), () => {
      this.#models.add(alias);
      this.#options.program.post(`MODEL_EVENT_ADD|${alias}`);
    });
  }

  #deleteModel([alias]: readonly string[]): void {
    if (alias === undefined || !this.#models.delete(alias)) return;
    this.#options.mouth.reset();
    this.#options.program.post(`LIPSYNC_EVENT_STOP|${alias}`);
    this.#options.program.post(`MODEL_EVENT_DELETE|${alias}`);
  }

  #reply(alias: string | undefined, name: string | undefined, event: string): void {
    if (alias === undefined || name === undefined || !this.#models.has(alias)) return;
    this.#options.program.post(`${event}|${alias}|${name}`);
  }

  /** `alias|morph|value[|rampSeconds]` or `key|min|max|alias|morph|low|high`. */
  #bindFace(args: readonly string[]): void {
    const isByKey = args.length >= 7;
    const [alias = '', morph = ''] = isByKey ? args.slice(3, 5) : args;
    if (!this.#models.has(alias) || !this.#options.morphs.includes(morph)) return;
    const driven = MOUTH_MORPHS.get(morph);
    const { mouth, program, clock } = this.#options;
    if (driven !== undefined && isByKey) {
      const [min, max] = args.slice(1, 3).map(number);
      const [low, high] = args.slice(5, 7).map(number);
      mouth.drive.bindKey(driven, args[0] ?? '', {
        min: min ?? 0,
        max: max ?? 1,
        low: low ?? 0,
        high: high ?? 1,
      });
    } else if (driven !== undefined) {
      mouth.drive.bindValue(
        driven,
        mouth.weights[driven],
        number(args[2]),
        clock.nowMs(),
        number(args[3]) * 1000,
      );
    }
    program.post(`MODEL_EVENT_BINDFACE|${alias}|${morph}`);
  }

  #unbindFace([alias, morph]: readonly string[]): void {
    if (morph === undefined || !this.#options.morphs.includes(morph)) return;
    const driven = MOUTH_MORPHS.get(morph);
    if (driven !== undefined) this.#options.mouth.drive.unbind(driven);
    this.#reply(alias, morph, 'MODEL_EVENT_UNBINDFACE');
  }

  #setKey([key, value]: readonly string[]): void {
    if (key !== undefined && value !== undefined) this.#options.mouth.drive.setKey(key, number(value));
  }

  #startLipSync([alias, list]: readonly string[]): void {
    if (alias === undefined || list === undefined || !this.#models.has(alias)) return;
    const wasRunning = this.#options.mouth.startLipSync(list, this.#options.clock.nowMs());
    if (wasRunning) this.#options.program.post(`LIPSYNC_EVENT_STOP|${this.#lipAlias ?? alias}`);
    this.#lipAlias = alias;
    this.#options.program.post(`LIPSYNC_EVENT_START|${alias}`);
  }

  #stopLipSync([alias]: readonly string[]): void {
    if (alias === undefined || !this.#models.has(alias)) return;
    if (this.#options.mouth.stopLipSync()) this.#options.program.post(`LIPSYNC_EVENT_STOP|${alias}`);
  }

  /** START and STOP in the same frame when there is nothing to move; the STOP is false while a real movement goes on. */
  #move(kind: 'MOVE' | 'ROTATE' | 'TURN', [alias, target, frame]: readonly string[]): void {
    if (alias === undefined || target === undefined || !this.#models.has(alias)) return;
    const { program } = this.#options;
    program.post(`${kind}_EVENT_START|${alias}`);
    const isStill =
      kind === 'TURN' ? target === '0,0,1' : target.split(',').every((value) => number(value) === 0);
    if (isStill && frame === 'LOCAL') {
      program.post(`${kind}_EVENT_STOP|${alias}`);
      return;
    }
    const name = `${kind}|${alias}`;
    this.#movements.get(name)?.cancel();
    this.#movements.set(
      name,
      program.after(MOVEMENT_MS, () => {
        this.#movements.delete(name);
        program.post(`${kind}_EVENT_STOP|${alias}`);
      }),
    );
  }
}

function number(text: string | undefined): number {
  const value = Number.parseFloat(text ?? '');
  return Number.isFinite(value) ? value : 0;
}
