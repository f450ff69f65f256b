import * as v from "valibot";
import { type Benchmark, efforts } from "./measurement.ts";

// Runs one benchmark and sends its measurements to the process that started it.

const [name = "", effort] = process.argv.slice(2);
const { measure }: Benchmark = await import(`../benchmarks/${name}.ts`);
const measurements = await measure(v.parse(v.picklist(efforts), effort));
process.send?.(measurements, () => process.exit(0));
