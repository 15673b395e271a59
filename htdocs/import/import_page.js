// The page on which many hosts are added or changed at once, and from which the list is taken along.

import { ImportForm } from "./import_form.js";

export class ImportPage {
  constructor(section, { onImported }) {
    new ImportForm(section.querySelector(".import-body"), { onImported });
  }

  get title() {
    return "Import";
  }

  open() {}
  update() {}
  close() {}
}
