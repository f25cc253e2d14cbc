% text
@problemName x
@targetLabel false
@seriesLength -1
@data
1,2
%3
4,5
