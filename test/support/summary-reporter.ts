import type { Reporter, TestModule } from 'vitest/node';
import { isCi, optionalTools } from './optional-tools.js';

/** Last of all output: what was left out and why, then `N passed, N failed, N skipped` in one plain line. */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    const skipped: string[] = [];
    let broken = unhandledErrors.length;
    for (const module of modules) {
      // A file that could not be loaded, or a hook that failed, has no test to show for it.
      broken += module.errors().length;
      for (const suite of module.children.allSuites()) broken += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        count[state]++;
        if (state === 'skipped' || state === 'pending')
          skipped.push(`${module.relativeModuleId}: ${test.fullName}`);
      }
    }
    const lines: string[] = [];
    for (const { package: name, isThere, needed } of optionalTools()) {
      if (!isThere) lines.push(`Left out for want of the Debian package ${name}: ${needed}`);
    }
    const left = skipped.length;
    if (left > 0) lines.push(...skipped.slice(0, 20).map((name) => `skipped: ${name}`));
    if (left > 20) lines.push(`skipped: ${left - 20} more`);
    if (isCi && left > 0) {
      lines.push('With CI set no test may be skipped');
      process.exitCode = 1;
    }
    if (broken > 0) lines.push(`${broken} errors outside of tests`);
    lines.push(`${count.passed} passed, ${count.failed + broken} failed, ${left} skipped`);
    process.stdout.write(`\n${lines.join('\n')}\n`);
  }
}
