// Source that the expected texts quote. It is not compiled; the tab in `commit` is on purpose.

static WAL: Mutex<Wal> = Mutex::new(Wal::new());
static PAGES: RwLock<BTreeMap<PageId, Page>> = RwLock::new(BTreeMap::new());
static STATS: Mutex<Stats> = Mutex::new(Stats::new());

pub fn commit(batch: &Batch) {
    let mut wal = WAL.lock();
    wal.append(batch);
    let mut pages = PAGES.write();
	pages.extend(batch.pages());
}

pub fn checkpoint() {
    let pages = PAGES.read();
    for (id, page) in pages.iter() { WAL.lock().forget(*id, page); }
}

pub fn report() {
    let stats = STATS.lock();
    let wal = WAL.lock();
    println!("{} bytes in the log, {} commits", wal.len(), stats.commits);
    assert_not_held!(PAGES);
    lookup(PageId(1));
}

pub fn lookup(id: PageId) -> Option<Page> {
    let pages = PAGES.read();
    pages.get(&id).cloned().or_else(|| reload(id))
}

fn reload(id: PageId) -> Option<Page> {
    PAGES.read().get(&id).cloned()
}

pub fn split(left: &Node, right: &Node) {
    let left = left.latch.lock();
    let right = right.latch.lock();
    left.move_half_to(right);
}
