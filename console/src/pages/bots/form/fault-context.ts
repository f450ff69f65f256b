import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { fieldPath } from "#core/shared/field-path.ts";
import type { Faults } from "./faults.ts";

/** The faults that a form shows. */
export const FaultContext = createContext<Faults>(new Map());

/** Where a value is in the request, such as `["integrations", 0, "callbackUrl"]`. */
export type Path = readonly (string | number)[];

export const useFault = (path: Path): string | undefined => useContext(FaultContext).get(fieldPath(path));

/** Whether a field within the path has a fault that is shown. */
export const useHasFault = (paths: readonly Path[]): boolean => {
  const faults = [...useContext(FaultContext).keys()];
  return paths.map(fieldPath).some((path) => faults.some((fault) => fault.startsWith(path)));
};
