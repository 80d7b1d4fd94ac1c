// Prints the gzip size of what a browser loads, fails above the budget.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

// The page must open at once on a manager's phone over a poor line.
const BUDGET_BYTES = 60 * 1000;

function filesIn(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
}

const total = filesIn('dist').reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0);
console.log(`page: ${(total / 1000).toFixed(1)} kB gzip of ${BUDGET_BYTES / 1000} kB`);
if (total > BUDGET_BYTES) process.exit(1);
