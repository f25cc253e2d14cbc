use nafal::evaluate::protocol::*;
use nafal::evaluate::rivals::*;
use nafal::evaluate::metrics::*;
use std::time::Instant;
#[test] fn go() {
    let t=Instant::now();
    let k=Kdd::read(std::path::Path::new("/work/shared/data/kdd")).unwrap();
    println!("{} lines {} distinct {} cols {} ind {:?}", k.row_of.len(), k.table.rows(), k.table.columns(), k.indicators, t.elapsed());
    for dir in [Direction::Attacks, Direction::Reversed] {
        let t=Instant::now();
        let task=k.task(dir,0); let s=task.standardised().unwrap();
        println!("train {} test {} judged {} anomalies {} {:?}", task.train.rows(), task.test.rows(), task.labels.len(), task.labels.iter().filter(|l|**l).count(), t.elapsed());
        for r in [Box::new(IsolationForest::default()) as Box<dyn AnomalyDetector>, Box::new(Mahalanobis)] {
            let t=Instant::now(); let f=r.fit(&s.train,0).unwrap(); let a=t.elapsed(); let sc=s.expand(&f.score(&s.test).unwrap());
            println!("{} fit {:?} total {:?} f1 {} auc {}", r.name(), a, t.elapsed(), f1_at_true_ratio(&s.labels,&sc).unwrap(), auroc(&s.labels,&sc).unwrap());
        }
    }
}
