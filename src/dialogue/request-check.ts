import type { TurnMetadata } from '../tools/index.js';
import type { TurnFacts } from './hooks.js';
import type { Services } from './services.js';

/** What the model will be asked, after hooks and guards. */
export interface CheckedRequest {
  readonly text: string;
  readonly images: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, string>>;
  /** The model is not asked: this is said; undefined: it is. */
  readonly refused: { readonly say: string; readonly by: string } | undefined;
}

/**
 * Lets hooks and guards see a request. Waits for nobody when there is none.
 *
 * @throws the signal's reason.
 */
export async function checkRequest(
  { hooks, ports }: Services,
  facts: TurnFacts,
  parameters: Readonly<Record<string, string>>,
  about: { readonly metadata: TurnMetadata; readonly signal: AbortSignal; readonly blockedText: string },
): Promise<CheckedRequest> {
  const change = hooks.hasRequest ? await hooks.request(facts) : {};
  about.signal.throwIfAborted();
  const { text = facts.text, images = facts.images, metadata = facts.metadata } = change;
  const checked = { text, images, metadata, parameters: { ...parameters, ...change.parameters } };
  if (change.refuse !== undefined) return { ...checked, refused: { say: change.refuse, by: 'a hook' } };
  if (ports.guards?.has('request') !== true || text === '') return { ...checked, refused: undefined };
  const outcome = await ports.guards.request(text, about.metadata, about.signal);
  if (outcome.action === 'replace') return { ...checked, text: outcome.text, refused: undefined };
  if (outcome.action === 'pass') return { ...checked, refused: undefined };
  return { ...checked, refused: { say: outcome.text ?? about.blockedText, by: `guard ${outcome.guard}` } };
}
