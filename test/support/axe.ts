import axe from 'axe-core';
import type { Page } from 'playwright-core';

export interface AxeOptions {
  /** CSS selector of what is looked at. @default the whole page */
  readonly within?: string;
  /** Rules that are not asked, with a reason where they are named. @default none */
  readonly without?: readonly string[];
}

/**
 * What the accessibility checker finds on a page as it is now, shadow trees too: WCAG 2.2 A and AA, and best practices.
 *
 * Given to the browser by the debugger, since pages of ours take no scripts from elsewhere.
 *
 * @returns One line for each violation and element; empty: nothing found.
 */
export async function axeViolations(
  page: Page,
  { within, without = [] }: AxeOptions = {},
): Promise<string[]> {
  await page.evaluate(`${axe.source};undefined`);
  const rules = Object.fromEntries(without.map((id) => [id, { enabled: false }]));
  const call = `axe.run(${within === undefined ? 'document' : JSON.stringify(within)}, ${JSON.stringify({
    rules,
    resultTypes: ['violations'],
  })})`;
  const { violations } = (await page.evaluate(call)) as axe.AxeResults;
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${help}) ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}
