import { shellTexts } from "../text/shell.ts";

interface PageLinksProps {
  readonly label: string;
  /** Counted from 1. */
  readonly page: number;
  readonly hasNext: boolean;
  readonly hrefOfPage: (page: number) => string;
}

/** Links to the pages of a list before and after this one; nothing for a list of one page. */
export const PageLinks = ({ label, page, hasNext, hrefOfPage }: PageLinksProps) => {
  const { previous, next, pageOf } = shellTexts.value;
  if (page === 1 && !hasNext) return null;
  return (
    <nav class="row" aria-label={label}>
      {page > 1 && (
        <a class="button" href={hrefOfPage(page - 1)}>
          {previous}
        </a>
      )}
      <span>{pageOf(page)}</span>
      {hasNext && (
        <a class="button" href={hrefOfPage(page + 1)}>
          {next}
        </a>
      )}
    </nav>
  );
};
