import { CheckControl } from "./check-control.tsx";
import { ChoiceControl } from "./choice-control.tsx";
import type { ControlProps } from "./control-props.ts";
import { ListControl } from "./list-control.tsx";
import { NumberControl } from "./number-control.tsx";
import { ObjectControl } from "./object-control.tsx";
import { PairsControl } from "./pairs-control.tsx";
import { TextControl } from "./text-control.tsx";

/** The control for a field, whatever its kind. */
export const FieldControl = ({ field, ...rest }: ControlProps) => {
  switch (field.kind) {
    case "text":
      return <TextControl field={field} {...rest} />;
    case "number":
      return <NumberControl field={field} {...rest} />;
    case "boolean":
      return <CheckControl field={field} {...rest} />;
    case "choice":
      return <ChoiceControl field={field} {...rest} />;
    case "list":
      return <ListControl field={field} {...rest} />;
    case "pairs":
      return <PairsControl field={field} {...rest} />;
    case "object":
      return <ObjectControl field={field} {...rest} />;
  }
};
