/** Op definitions that the registry refuses, in a small program around the function that checks them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

const program = `
#include <cstdio>
#include "core/op_limits.h"
using namespace blasgrad;

void DoNothing(const Args&) {}
void NeedNothing(const double*, int64_t*) {}
const Variants kOne = {{DType::float32, DType::float32, DoNothing}};

void Print(const Op& op) {
  try {
    RequireLimits(op);
    std::puts("fine");
  } catch (const std::logic_error& error) {
    std::puts(error.what());
  }
}

int main() {
  const std::vector<Operand> operands(16, Operand{"x"});
  const std::vector<Attr> attrs(32, Attr{"n"});
  std::vector<Operand> tooMany = operands;
  tooMany.push_back({"x"});
  std::vector<Attr> tooManyAttrs = attrs;
  tooManyAttrs.push_back({"n"});
  const Operand x = {"x"}, out = {"out", Access::write};
  Print({"many", operands, attrs, NeedNothing, kOne});
  Print({"many", tooMany, attrs, NeedNothing, kOne});
  Print({"many", operands, tooManyAttrs, NeedNothing, kOne});
  Print({"strided", {x, x, x, x, out}, attrs, nullptr, kOne});
  Print({"strided", {x, x, x, x, x, out}, {}, nullptr, kOne});
  Print({"strided", {out, x}, {}, nullptr, kOne});
  Print({"strided", {x, {"out", Access::update}}, {}, nullptr, kOne});
  Print({"empty", {x, out}, {}, NeedNothing, {}});
  Print({"twice", {x, out}, {}, NeedNothing, {kOne[0], kOne[0]}});
  Print({"missing", {x, out}, {}, NeedNothing, {{DType::float64, DType::float64, nullptr}}});
}
`;

test('definitions beyond the limits are refused by the name of the op', () => {
  const folder = mkdtempSync(join(tmpdir(), 'blasgrad-'));
  try {
    const [source, binary] = ['limits.cc', 'limits'].map((name) => join(folder, name));
    writeFileSync(source, program);
    const compiler = process.env['CXX'] ?? 'c++';
    execFileSync(compiler, ['-std=c++20', `-I${join(root, 'native')}`, source, '-o', binary]);
    expect(execFileSync(binary, { encoding: 'utf8' }).trim().split('\n')).toEqual([
      'fine',
      'many: expected at most 16 operands, got 17',
      'many: expected at most 32 attributes, got 33',
      'fine',
      'strided: expected at most 5 operands of an elementwise op, got 6',
      'strided: expected inputs and then one output for an elementwise op, got out',
      'strided: expected inputs and then one output for an elementwise op, got out',
      'empty: expected a kernel, got none',
      'twice: expected one kernel for each dtype, got two for float32',
      'missing: expected a kernel, got none for float64',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
